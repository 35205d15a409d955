/**
 * Why an export failed, by failure code, for the person who waits for it: what happened, that nothing is lost,
 * what to do. One sentence each. Codes that are missing here fall under `internal`.
 */
export const failures = {
  source_unavailable:
    'The database that holds your data could not be reached for a long time; nothing is lost, so please request a ' +
    'new export in a little while.',
  source_refused:
    'The database that holds your data did not let us read it; nothing is lost, but somebody has to set this right, ' +
    'so please contact support before you request a new export.',
  snapshot_lost:
    'The connection to your data broke off several times before the copy was complete; nothing is lost, so please ' +
    'request a new export.',
  snapshot_too_old:
    'Copying your data took longer than it may, several times; nothing is lost, but somebody has to set this right, ' +
    'so please contact support before you request a new export.',
  store_unavailable:
    'The place where your file was to be kept was full or could not be reached; nothing is lost, so please request ' +
    'a new export in a little while.',
  archive_damaged:
    'The finished file turned out to be damaged, so we did not hand it over; your data itself is untouched, so ' +
    'please request a new export.',
  key_unusable:
    'The file could not be unlocked with the key of this service; your data itself is untouched, so please request ' +
    'a new export, and contact support if it happens again.',
  retries_exhausted:
    'The export was tried several times and never came to an end; nothing is lost, so please request a new export, ' +
    'and contact support if it happens again.',
  subject_unknown:
    'We found no data under this account; nothing was changed or deleted, so please check that you are signed in to ' +
    'the right account, or contact support.',
  internal:
    'Something went wrong on our side while your export was being made; nothing is lost, so please request a new ' +
    'export, and contact support if it happens again.',
};

export type FailureWords = typeof failures;
