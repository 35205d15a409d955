import type { FailureWords } from '../en/failures.ts';

/** Why an export failed, in German. */
export const failures = {
  source_unavailable:
    'Die Datenbank mit Ihren Daten war längere Zeit nicht erreichbar; es ist nichts verloren, bitte fordern Sie in ' +
    'einer Weile einen neuen Export an.',
  source_refused:
    'Die Datenbank mit Ihren Daten hat uns das Lesen verweigert; es ist nichts verloren, aber das muss erst jemand in ' +
    'Ordnung bringen, bitte wenden Sie sich an den Support, bevor Sie einen neuen Export anfordern.',
  snapshot_lost:
    'Die Verbindung zu Ihren Daten ist mehrmals abgerissen, bevor die Kopie vollständig war; es ist nichts verloren, ' +
    'bitte fordern Sie einen neuen Export an.',
  snapshot_too_old:
    'Das Kopieren Ihrer Daten hat mehrmals länger gedauert, als es darf; es ist nichts verloren, aber das muss erst ' +
    'jemand in Ordnung bringen, bitte wenden Sie sich an den Support, bevor Sie einen neuen Export anfordern.',
  store_unavailable:
    'Der Speicherplatz für Ihre Datei war voll oder nicht erreichbar; es ist nichts verloren, bitte fordern Sie in ' +
    'einer Weile einen neuen Export an.',
  archive_damaged:
    'Die fertige Datei war beschädigt, deshalb haben wir sie nicht herausgegeben; Ihre Daten selbst sind unberührt, ' +
    'bitte fordern Sie einen neuen Export an.',
  key_unusable:
    'Die Datei ließ sich mit dem Schlüssel dieses Dienstes nicht öffnen; Ihre Daten selbst sind unberührt, bitte ' +
    'fordern Sie einen neuen Export an und wenden Sie sich an den Support, wenn es wieder geschieht.',
  retries_exhausted:
    'Der Export wurde mehrmals versucht und ist nie fertig geworden; es ist nichts verloren, bitte fordern Sie einen ' +
    'neuen Export an und wenden Sie sich an den Support, wenn es wieder geschieht.',
  subject_unknown:
    'Wir haben unter diesem Konto keine Daten gefunden; es wurde nichts geändert oder gelöscht, bitte prüfen Sie, ob ' +
    'Sie im richtigen Konto angemeldet sind, oder wenden Sie sich an den Support.',
  internal:
    'Bei uns ist etwas schiefgegangen, während Ihr Export erstellt wurde; es ist nichts verloren, bitte fordern Sie ' +
    'einen neuen Export an und wenden Sie sich an den Support, wenn es wieder geschieht.',
} satisfies FailureWords;
