import type { PagesWords } from '../en/pages.ts';

/** The pages that the server renders by itself, in German. */
export const pages = {
  tab: (title, product) => `${title} · ${product}`,
  openPage: 'Datenexport-Seite öffnen',
  back: (product) => `Zurück zu ${product}`,
  support: (contact) => `Brauchen Sie Hilfe? ${contact}`,

  confirm: {
    title: 'Datenexport starten?',
    asked: (facts) =>
      `${facts.requester} hat eine vollständige Kopie der Daten angefordert, die ${facts.product} für das Konto ` +
      `${facts.account} speichert. Zeitpunkt der Anfrage: ${facts.requestedAt}.`,
    next: 'Was nach dem Klick geschieht',
    steps: (facts) => [
      'Wir stellen die Daten in einer Datei zusammen. Das dauert ein paar Sekunden oder auch länger; die Seite ' +
        'können Sie schließen.',
      `Wir senden einen Download-Link an ${facts.email}.`,
      `Die Datei bleibt ${facts.downloadWindow} abrufbar. Danach wird sie endgültig gelöscht.`,
    ],
    button: 'Export starten',
    deadline: (confirmBy) => `Sie können ihn bis zum ${confirmBy} starten.`,
    notYou:
      'Sie haben das nicht angefordert? Schließen Sie einfach diese Seite. Bisher wurde nichts exportiert, und ohne ' +
      'den Klick bekommt niemand etwas.',
  },

  confirmed: {
    title: 'Ihr Export läuft',
    text: (facts) => [
      `Sie müssen nichts weiter tun. Sobald die Datei fertig ist, senden wir einen Download-Link an ${facts.email}.`,
      'Sie können diese Seite schließen oder den Fortschritt auf der Datenexport-Seite verfolgen.',
    ],
  },

  alreadyConfirmed: {
    title: 'Dieser Export ist schon bestätigt',
    text: (facts) =>
      facts.isReady
        ? [
            `Die Datei ist fertig. Der Download-Link ging an ${facts.email}.`,
            'Auch auf der Datenexport-Seite können Sie sie herunterladen.',
          ]
        : [
            `Hier ist nichts mehr zu tun. Der Download-Link geht an ${facts.email}, sobald die Datei fertig ist.`,
            'Die Datenexport-Seite zeigt, wie weit er ist.',
          ],
  },

  confirmationInvalid: {
    title: 'Dieser Link gilt nicht mehr',
    text: [
      'Der Bestätigungslink ist abgelaufen, sein Export ist vorbei, oder er ist nicht vollständig angekommen.',
      'Das Öffnen hat nichts geändert, und nichts ist verloren. Die Datenexport-Seite zeigt den Stand der Dinge; ' +
        'dort können Sie auch einen neuen Export anfordern.',
    ],
  },

  downloadInvalid: {
    title: 'Dieser Download-Link gilt nicht mehr',
    text: [
      'Ein Download-Link gilt nur eine begrenzte Zeit, danach wird die Datei endgültig gelöscht.',
      'Ihre Daten selbst sind davon nicht berührt. Die Datenexport-Seite zeigt, ob die Datei noch da ist, und gibt ' +
        'Ihnen einen neuen Link oder einen neuen Export.',
    ],
  },

  portalLinkInvalid: {
    title: 'Bitte öffnen Sie diese Seite erneut',
    text: (product) => [
      'Dieser Link gilt nur einmal und nur wenige Minuten, damit niemand sonst ihn benutzen kann.',
      `Gehen Sie zurück zu ${product} und wählen Sie dort noch einmal den Datenexport.`,
    ],
  },

  signedOut: {
    title: 'Sie sind abgemeldet',
    text: (product) => [
      'Zu Ihrer Sicherheit bleibt diese Seite nur eine begrenzte Zeit geöffnet. Ein laufender Export geht weiter.',
      `Gehen Sie zurück zu ${product} und wählen Sie dort noch einmal den Datenexport.`,
    ],
  },

  notFound: {
    title: 'Hier ist nichts',
    text: [
      'Vielleicht ist die Adresse vertippt, oder der Link wurde unterwegs abgeschnitten. Bitte öffnen Sie ihn noch ' +
        'einmal aus der E-Mail.',
    ],
  },

  tooManyRequests: {
    title: 'Einen Moment bitte',
    text: [
      'Das waren zu viele Anfragen in kurzer Zeit. Nichts ist verloren. Bitte warten Sie eine Minute und versuchen ' +
        'Sie es noch einmal.',
    ],
  },

  unexpected: {
    title: 'Bei uns ist etwas schiefgegangen',
    text: [
      'Nichts ist verloren, und ein laufender Export geht weiter. Bitte versuchen Sie es in ein paar Minuten noch ' +
        'einmal.',
    ],
  },

  mailbox: {
    title: 'Lokales Postfach',
    text:
      'Es ist kein Mailserver eingerichtet (SMTP_URL), deshalb landen E-Mails hier, statt verschickt zu werden. Nur ' +
      'dieser Rechner kann diese Seite sehen.',
    empty: 'Noch keine E-Mails. Sie erscheinen hier, sobald sie eintreffen.',
    to: 'An',
    received: 'Eingegangen',
    plainText: 'Nur Text',
  },
} satisfies PagesWords;
