import type { MailWords } from '../en/mail.ts';

/** Words of the mails, in German. */
export const mail = {
  confirmation: {
    subject: (facts) => `Bitte bestätigen: Ihr Datenexport von ${facts.product}`,
    preheader: (facts) => `Ein Klick startet ihn, noch ${facts.timeLeft} lang. Ohne ihn geschieht nichts.`,
    heading: 'Datenexport starten?',
    asked: (facts) =>
      `${facts.requester} hat eine vollständige Kopie der Daten angefordert, die ${facts.product} für das Konto ` +
      `${facts.account} speichert. Zeitpunkt der Anfrage: ${facts.requestedAt}.`,
    todo: 'Wenn Sie das möchten, öffnen Sie die folgende Seite und klicken Sie dort auf die Schaltfläche.',
    button: 'Ansehen und Export starten',
    deadline: (facts) =>
      `Der Link gilt noch ${facts.timeLeft}, bis zum ${facts.until}. Danach fordern Sie einfach einen neuen Export an.`,
    next: 'Sobald die Datei fertig ist, bekommen Sie eine weitere E-Mail mit einem Download-Link.',
    notYou: {
      title: 'Das waren nicht Sie?',
      text:
        'Dann beachten Sie diese E-Mail nicht weiter. Bisher wurde nichts exportiert. Solange niemand auf die ' +
        'Schaltfläche klickt, bleibt es dabei, und niemand bekommt etwas.',
    },
  },

  ready: {
    subject: (facts) => `Ihr Datenexport von ${facts.product} ist fertig`,
    preheader: (facts) => `${facts.size}, abrufbar bis zum ${facts.until}.`,
    heading: 'Ihr Datenexport ist fertig',
    done: (facts) =>
      `Hier ist die vollständige Kopie der Daten, die ${facts.product} für das Konto ${facts.account} speichert. ` +
      `Angefordert von ${facts.requester} am ${facts.requestedAt}.`,
    gaps: {
      subject: (facts) => `Ihr Datenexport von ${facts.product} ist fertig, mit Lücken`,
      done: (facts) =>
        `Hier ist eine Kopie der Daten, die ${facts.product} für das Konto ${facts.account} speichert, aber sie ist ` +
        `nicht vollständig. Angefordert von ${facts.requester} am ${facts.requestedAt}.`,
      title: 'Nicht alles konnte in die Datei aufgenommen werden',
      text: (facts) =>
        `Es sind nicht so viele Datensätze darin, wie gezählt wurden: ${facts.list}. Was darin ist, stimmt. Wenden Sie ` +
        'sich an den Support, oder fordern Sie später einen neuen Export an.',
      missing: (facts) => `bei ${facts.category} fehlen ${facts.records}`,
      tooMany: (facts) => `bei ${facts.category} sind es ${facts.records} mehr als gezählt`,
    },
    snapshot: (facts) =>
      `Es ist eine JSON-Datei mit ${facts.size}, ein Format, das andere Dienste lesen können. Sie zeigt die Daten mit ` +
      `Stand vom ${facts.at}.`,
    button: 'Datei herunterladen',
    deadline: (facts) =>
      `Der Link gilt noch ${facts.timeLeft}, bis zum ${facts.until}. Dann wird die Datei endgültig gelöscht. Ihre Daten ` +
      'selbst bleiben, wie sie sind, und Sie können einen neuen Export anfordern.',
    contents: 'Das ist in der Datei',
    category: 'Kategorie',
    records: 'Datensätze',
    total: 'Zusammen',
    notYou: {
      title: 'Behalten Sie diese E-Mail für sich',
      text:
        'Wer den Link hat, kann die Datei herunterladen. Wenn Sie sie nicht angefordert haben, öffnen Sie jetzt in ' +
        'Ihren Einstellungen den Datenexport und löschen Sie die Datei dort.',
    },
  },

  failed: {
    subject: (facts) => `Ihr Datenexport von ${facts.product} hat nicht geklappt`,
    preheader: 'Es ist nichts verloren. Hier steht, woran es lag und was Sie tun können.',
    heading: 'Ihr Datenexport hat nicht geklappt',
    stopped: (facts) =>
      `${facts.requester} hat eine vollständige Kopie der Daten angefordert, die ${facts.product} für das Konto ` +
      `${facts.account} speichert. Zeitpunkt der Anfrage: ${facts.requestedAt}. Wir konnten die Kopie nicht fertigstellen.`,
    again:
      'Ein fehlgeschlagener Export zählt nicht: Es gibt keine Wartezeit, und Sie können in Ihren Einstellungen unter ' +
      'Datenexport einen neuen anfordern. Was schon kopiert war, ist gelöscht.',
    button: 'Datenexport-Seite öffnen',
    reference: (facts) => `Wenn Sie dem Support schreiben, nennen Sie diese Kennung: ${facts.id}`,
  },

  support: 'Brauchen Sie Hilfe?',
  footer: (facts) =>
    `${facts.product} hat diese E-Mail wegen eines Datenexports automatisch an ${facts.email} gesendet.`,
} satisfies MailWords;
