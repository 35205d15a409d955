/**
 * What a link to a person says by its role. `owner`: the row is theirs. `handler`: they worked on somebody else's, or
 * maybe not. `actor`: they only touched it.
 */
export type RoleKind = 'owner' | 'handler' | 'actor';

export function kindOfRole(role: string): RoleKind {
  if (actors.test(role)) return 'actor';
  return handlers.test(role) ? 'handler' : 'owner';
}

const actors =
  /^((last_)?(updated|modified|edited|changed|deleted|removed|destroyed|archived|restored|pinned|starred|closed|opened|locked|unlocked|approved|rejected|declined|reviewed|moderated|verified|confirmed|checked|validated|banned|blocked|suspended|invited|referred|cancelled|canceled|voided|refunded|resolved|published|merged|processed|handled|signed_off|locked_out|revoked|granted|triggered|scheduled|completed|cleared|muted)_by(_user|_person|_member|_id)?|editor|modifier|updater|deleter|approver|moderator|reviewer|verifier|inviter|referrer|referer|last_editor|closer|resolver|merger|impersonator|boss|parent|supervisor|reports_to)$/;
const handlers =
  /^(assignees?|assigned(_to)?(_user)?|agent|handler|operator|manager|managed_by|managing_\w+|support_?rep|sales_?rep|account_manager|representative|rep|staff|employee|responsible(_user)?|attendant|dispatcher|cashier|clerk|supporter|consultant|advisor|doctor|physician|nurse|teacher|instructor|trainer|coach|driver|technician|worker|assigned_by|processor|executor)$/;
