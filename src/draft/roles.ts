/**
 * What a link to a person says by its role. `owner`: the row is theirs. `side`: it is, if it names nobody with a better
 * claim: who is followed, or who wrote it down. `handler`: they work on it, maybe for somebody else. `actor`: they only
 * touched it.
 */
export type RoleKind = 'owner' | 'side' | 'handler' | 'actor';

export function kindOfRole(role: string): RoleKind {
  if (sides.test(role)) return 'side';
  if (handlers.test(role)) return 'handler';
  return actors.test(role) && !ownersBy.test(role) ? 'actor' : 'owner';
}

const sides =
  /^(created_by|creator|entered_by|added_by|inserted_by|recorded_by|follow(ing|ed|ee)|blocked|muted|invitee|invited|referred|rated|liked|viewed|target|target_user|subject_user|other_user|notified_by|triggered_by)$/;
const ownersBy =
  /^(owned|authored|opened|submitted|sent|uploaded|posted|placed|ordered|booked|requested|reported|written|paid|made|registered|hosted|bought|sold|subscribed|started|liked|voted|followed|used|redeemed|claimed|taken|played|watched|read|shared|rented|purchased|donated|answered|commented|logged|called|held|signed|joined)_by(_(user|person|member|customer|account))?$/;
const actors =
  /(_by(_(user|person|member|customer|account))?|^(editor|modifier|updater|deleter|approver|moderator|reviewer|verifier|inviter|referrer|referer|last_editor|closer|resolver|merger|impersonator|boss|parent|supervisor|reports_to|grader|marker|examiner|auditor|inspector|checker))$/;
const handlers =
  /^(assignees?|assigned(_to)?(_user)?|agent|handler|operator|manager|managed_by|managing_\w+|lead|leader|support_?rep|sales_?rep|account_manager|representative|rep|staff|employee|responsible(_user)?|attendant|dispatcher|cashier|clerk|supporter|consultant|advisor|doctor|physician|nurse|teacher|trainer|coach|technician|worker|assigned_by|processor|executor|admin|admin_user|actor|performed_by)$/;
