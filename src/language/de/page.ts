import type { PageWords } from '../en/page.ts';

/** Mit einem Wortverbinder, damit am Zeilenende nicht „E-“ allein steht. */
const mail = 'E-\u2060Mail';

/** Alle Worte der Seite Datenexport auf Deutsch. */
export const page = {
  name: 'Datenexport',
  titleOf: (state, product) => `${state} · ${product}`,
  justNow: 'gerade eben',
  backTo: (product) => `Zurück zu ${product}`,
  loading: 'Ihr Datenexport wird geöffnet …',

  state: {
    idle: {
      title: 'Nehmen Sie eine Kopie Ihrer Daten mit.',
      text: (product) => `${product} stellt Ihnen alles, was zu Ihrem Konto gehört, in einer Datei zusammen.`,
      confirmFirst: `Vorher bestätigen Sie per ${mail}, dass Sie es sind. So kann es niemand sonst in Ihrem Namen tun.`,
    },
    pending: {
      title: `Bitte bestätigen Sie per ${mail}.`,
      sent: (email) => `Wir haben eine Nachricht an ${email} geschickt.`,
      queued: (email) => `Eine Nachricht an ${email} ist unterwegs.`,
      byOther: (person) => `${person} hat diesen Export angefordert.`,
      text: 'Öffnen Sie den Link darin und drücken Sie dort auf die Schaltfläche. Vorher wird nichts gesammelt.',
    },
    confirmed: {
      title: 'Ihr Export beginnt gleich.',
      titleWaiting: 'Ihr Export wartet auf den Start.',
      text: 'Er beginnt von selbst. Sie können diese Seite schließen.',
      textWaiting: 'Er beginnt von selbst, sobald es geht. Sie können diese Seite schließen.',
    },
    processing: {
      title: 'Ihre Daten werden gesammelt.',
      titleWaiting: 'Das Sammeln Ihrer Daten macht Pause.',
      text: 'Das geht ohne Sie weiter. Sie können diese Seite schließen.',
      textWaiting: 'Es geht von selbst weiter, sobald es kann. Sie können diese Seite schließen.',
    },
    mailWhenReady: (email) => `Sobald die Datei bereit ist, bekommt ${email} eine Nachricht.`,
    completed: {
      title: 'Ihr Export ist fertig.',
      titleWithGaps: 'Ihr Export ist fertig, mit Lücken.',
      text: (product) =>
        `Laden Sie ihn herunter und bewahren Sie ihn sicher auf: Er enthält persönliche Daten. Nach Ablauf der Frist löscht ${product} seine Kopie.`,
    },
    expired: {
      title: 'Die Datei wurde gelöscht.',
      text: (window) =>
        `Sie stand ${window} lang zum Herunterladen bereit. Danach wurde sie wie angekündigt endgültig gelöscht.`,
    },
    deleted: {
      title: 'Die Datei wurde gelöscht.',
      text: 'Sie wurde vor Ablauf der Frist endgültig gelöscht, weil jemand mit Zugang zu diesem Konto es so wollte.',
    },
    lapsed: {
      title: 'Der Export wurde nicht rechtzeitig bestätigt.',
      text: (window) =>
        `Der Link in der ${mail} war ${window} gültig. Es wurde nichts gesammelt, und es ist nichts verloren.`,
    },
    failed: {
      title: 'Der Export ist nicht gelungen.',
      noWait: 'Dieser Versuch zählt nicht, Sie müssen also auf nichts warten.',
    },
    cancelled: {
      title: 'Der Export wurde abgebrochen.',
      text: 'Was bis dahin gesammelt war, wurde verworfen. Ihre Daten selbst sind unverändert.',
    },
    next: 'Sie können jederzeit einen neuen Export anfordern.',
  },

  facts: {
    format: 'Sie erhalten',
    formatValue: 'Eine JSON-Datei',
    contains: 'Inhalt',
    categories: { one: (n) => `${n} Kategorie`, other: (n) => `${n} Kategorien` },
    available: 'Abrufbar',
    sentTo: 'Gesendet an',
    linkExpires: 'Link läuft ab',
    requested: 'Angefordert',
    requestedBy: 'Angefordert von',
    confirmed: 'Bestätigt',
    started: 'Begonnen',
    collected: 'Gesammelt',
    starts: 'Beginnt',
    startsItself: 'Von selbst',
    startsWithWorker: 'Sobald ein Worker läuft',
    file: 'Datei',
    records: { one: (n) => `${n} Datensatz`, other: (n) => `${n} Datensätze` },
    deletion: 'Wird gelöscht',
    deletedAt: 'Gelöscht',
    downloaded: 'Heruntergeladen',
    downloads: { one: (n) => `${n} Mal`, other: (n) => `${n} Mal` },
    never: 'Nie',
    expired: 'Abgelaufen',
    stopped: 'Angehalten',
    cancelled: 'Abgebrochen',
    reference: 'Kennung',
  },

  progress: {
    label: 'Fortschritt des Exports',
    ofAbout: (done, estimated) => `${done} von etwa ${estimated} Datensätzen`,
    moreThanExpected: (done) => `${done} Datensätze, etwas mehr als erwartet`,
    counting: 'Ihre Datensätze werden gezählt …',
    soFar: (done) => `${done} Datensätze bisher`,
  },

  actions: {
    request: 'Export anfordern',
    requestAgain: 'Neuen Export anfordern',
    requesting: 'Wird angefordert …',
    waitUntil: (window) => `Alle ${window} ein Export. Der nächste ist möglich`,
    resend: `${mail} erneut senden`,
    resending: 'Wird gesendet …',
    resendWait: 'Wieder möglich',
    cancel: 'Export abbrechen',
    download: 'Herunterladen',
    preparing: 'Wird vorbereitet …',
    downloadStarted:
      'Das Herunterladen hat begonnen. Bricht es ab, kann Ihr Browser es an derselben Stelle fortsetzen.',
    delete: 'Jetzt löschen',
    manifest: 'Manifest',
    manifestTitle: 'Was in der Datei ist: gezählt, mit Prüfsummen und signiert',
    signOut: 'Abmelden',
  },

  confirm: {
    cancel: {
      question: 'Diesen Export abbrechen?',
      text: 'Was bisher gesammelt wurde, wird verworfen. Sie können sofort einen neuen anfordern.',
      yes: 'Ja, abbrechen',
      busy: 'Wird abgebrochen …',
      no: 'Weitermachen',
    },
    delete: {
      question: 'Die Datei jetzt löschen?',
      text: 'Sie lässt sich nicht wiederherstellen.',
      nextPossible: 'Ein neuer Export ist möglich',
      yes: 'Ja, löschen',
      busy: 'Wird gelöscht …',
      no: 'Behalten',
    },
  },

  notices: {
    noWorker: {
      title: 'Im Moment läuft kein Worker.',
      text: (product) =>
        `Der Teil von ${product}, der Exporte zusammenstellt, läuft gerade nicht. Ihre Anforderung ist sicher und geht von selbst weiter, sobald er wieder da ist.`,
      lastSeen: 'Zuletzt gesehen',
    },
    mail: {
      confirmation: `Die ${mail} konnte noch nicht zugestellt werden. Wir versuchen es weiter; Sie können sie auch erneut senden lassen.`,
      ready: `Die ${mail} dazu konnte noch nicht zugestellt werden. Sie brauchen sie nicht: Die Datei ist hier.`,
      failed: `Die ${mail} dazu konnte noch nicht zugestellt werden. Sie brauchen sie nicht.`,
      details: 'Was der Mailserver gemeldet hat',
    },
    gaps: {
      title: 'Nicht alles konnte in die Datei aufgenommen werden.',
      text: (product) =>
        `Es sind nicht so viele Datensätze darin, wie gezählt wurden. Was darin ist, stimmt. Fragen Sie ${product}, was fehlt, oder fordern Sie später einen neuen Export an.`,
      missing: (category, records) => `${category}: ${records} zu wenig`,
      tooMany: (category, records) => `${category}: ${records} mehr als gezählt`,
    },
    damaged: {
      title: 'Die gespeicherte Datei ist beschädigt.',
      text: 'Eine Prüfung hat ergeben, dass sie nicht die ist, die geschrieben wurde. Bitte wenden Sie sich an den Support.',
    },
    offline: 'Sie sind offline. Nichts ist verloren, der Export geht ohne diese Seite weiter.',
    unreachable: 'Gerade keine Verbindung zum Dienst. Nichts ist verloren; diese Seite versucht es weiter.',
    asOf: 'Stand der Anzeige:',
  },

  timeline: {
    label: 'Die sechs Schritte eines Exports',
    labelWithoutMail: 'Die fünf Schritte eines Exports',
    requested: { before: 'Anfordern', after: 'Angefordert' },
    confirmed: { before: `Per ${mail} bestätigen`, after: `Per ${mail} bestätigt` },
    collected: {
      before: 'Sammeln',
      now: 'Wird gesammelt',
      waiting: 'Wartet auf den Start',
      after: 'Gesammelt',
    },
    ready: 'Fertig',
    downloaded: {
      before: 'Herunter\u00adladen',
      after: 'Herunter\u00adgeladen',
      never: 'Nicht herunter\u00adgeladen',
    },
    deleted: { before: 'Löschen', after: 'Gelöscht' },
    notConfirmed: 'Nicht bestätigt',
    failed: 'Nicht gelungen',
    cancelled: 'Abgebrochen',
    is: { done: 'Erledigt', now: 'Jetzt', later: 'Später', stopped: 'Hier beendet', skipped: 'Ausgelassen' },
  },

  included: {
    title: 'Was in der Datei steht',
    text: 'Öffnen Sie eine Kategorie, um alle ihre Felder zu sehen.',
    fields: 'Felder',
    leftOut: 'Nicht enthalten',
    rowsLeftOut: 'Nicht enthaltene Datensätze',
    sizeOf: (records, size) => `${records}, ${size}`,
  },

  leftOut: {
    title: 'Was hierbleibt, und warum',
    text: 'Was das Produkt zurückhält, mit dem Grund dafür.',
    nothing: 'Es wird nichts weggelassen.',
    items: { one: (n) => `${n} Angabe`, other: (n) => `${n} Angaben` },
    wholeTables: 'Ganze Tabellen, die hierbleiben',
    rows: { title: 'Einzelne Datensätze', text: 'Regeln des Produkts halten diese Datensätze zurück.' },
    rowRules: { one: (n) => `${n} Regel`, other: (n) => `${n} Regeln` },
    reasons: {
      secret: {
        title: 'Passwörter und Schlüssel',
        text: 'Sie öffnen Türen. In einer Datei, die unterwegs ist, wären sie eine Gefahr für Sie.',
      },
      internal: {
        title: 'Innere Technik',
        text: (product) => `Technische Werte, die nur ${product} braucht. Über Sie sagen sie nichts aus.`,
      },
      'third-party': {
        title: 'Was anderen gehört',
        text: 'Es betrifft jemand anderen oder ist nicht unseres, um es herauszugeben.',
      },
      derived: {
        title: 'Was errechnet wurde',
        text: 'Aus Daten gemacht, die in der Datei stehen; es lässt sich jederzeit wieder errechnen.',
      },
    },
  },

  history: {
    title: 'Frühere Exporte',
    none: 'Bisher gibt es keine.',
    by: (person) => `Angefordert von ${person}`,
    showAll: (n) => `Alle ${n} anzeigen`,
    expired: (downloads) => `Nach Ablauf gelöscht, ${downloads} heruntergeladen`,
    expiredNever: 'Nach Ablauf gelöscht, nie heruntergeladen',
    deleted: (downloads) => `Vorzeitig gelöscht, ${downloads} heruntergeladen`,
    deletedNever: 'Vorzeitig gelöscht, nie heruntergeladen',
    lapsed: 'Nicht rechtzeitig bestätigt',
    failed: 'Nicht gelungen',
    cancelled: 'Abgebrochen',
    other: 'Läuft',
    withGaps: 'mit Lücken',
  },

  goodToKnow: {
    title: 'Gut zu wissen',
    open: {
      title: 'Wie öffne ich die Datei?',
      text: 'Es ist eine einzige JSON-Datei: Text in fester Ordnung, den Menschen und Programme lesen können. Jeder Browser und jeder Texteditor öffnet sie, und andere Dienste können Ihre Daten daraus übernehmen.',
    },
    safe: {
      title: 'Ist das sicher?',
      text: (window) =>
        `Die Datei wird verschlüsselt aufbewahrt. Die Adresse zum Herunterladen lässt sich nicht erraten, ist nur für Ihr Konto gemacht und ${window} gültig. Danach werden die Datei und der Schlüssel zu ihr vernichtet.`,
    },
    often: {
      title: 'Wie oft kann ich das tun?',
      text: 'Immer nur ein Export auf einmal.',
      cooldown: (wait) =>
        `Ist einer fertig geworden, ist der nächste ${wait} danach möglich. Gescheiterte und abgebrochene zählen nicht.`,
    },
    law: {
      title: 'Was sagt das Gesetz?',
      text: 'Sie haben das Recht, Ihre persönlichen Daten in einer maschinenlesbaren Form zu bekommen und anderswohin mitzunehmen. In der Europäischen Union heißt das Datenübertragbarkeit (Artikel 20 der Datenschutz-Grundverordnung, DSGVO).',
    },
  },

  footer: {
    signedInAs: (person) => `Angemeldet als ${person}`,
    account: (id) => `Konto ${id}`,
    support: 'Hilfe',
    language: 'Sprache',
  },

  away: {
    signedOut: {
      title: 'Diese Seite öffnen Sie aus Ihrem Produkt heraus.',
      text: 'Zu Ihrer Sicherheit endet der Zugang nach einer Weile. Gehen Sie zurück zum Produkt und öffnen Sie in den Einstellungen den Datenexport noch einmal. Exporte laufen inzwischen weiter; nichts ist verloren.',
    },
    otherAccount: {
      title: 'In diesem Browser ist jetzt ein anderes Konto offen.',
      text: 'Damit nichts verwechselt wird, hat diese Seite angehalten. Exporte laufen weiter; nichts ist verloren. Um dieses Konto wieder zu sehen, öffnen Sie den Datenexport in den Einstellungen des Produkts.',
    },
    left: {
      title: 'Sie haben sich vom Datenexport abgemeldet.',
      text: 'Exporte laufen ohne Sie weiter. Zum Zurückkehren öffnen Sie den Datenexport in den Einstellungen des Produkts.',
    },
    unreachable: {
      title: 'Der Dienst antwortet nicht.',
      text: 'Nichts ist verloren, und Exporte laufen weiter. Diese Seite versucht es von selbst noch einmal.',
      retry: 'Jetzt noch einmal versuchen',
    },
    offline: {
      title: 'Sie sind offline.',
      text: 'Nichts ist verloren, und Exporte laufen weiter. Diese Seite öffnet sich, sobald es eine Verbindung gibt.',
    },
  },

  problems: {
    unreachable:
      'Der Dienst hat nicht geantwortet. Nichts ist verloren; prüfen Sie Ihre Verbindung und versuchen Sie es noch einmal.',
    export_active: 'Es läuft schon ein Export, oder einer ist fertig. Er wird hier angezeigt.',
    export_cooldown: 'Vor Kurzem wurde ein Export fertig. Der nächste ist etwas später möglich.',
    export_not_found: 'Diesen Export gibt es nicht mehr. Die Seite zeigt, was da ist.',
    export_not_pending:
      'Dieser Export wartet nicht mehr auf eine Bestätigung. Die Seite zeigt, wie es um ihn steht.',
    export_not_cancellable:
      'Dieser Export ließ sich nicht mehr abbrechen. Die Seite zeigt, wie es um ihn steht.',
    export_not_ready: 'Die Datei ist nicht mehr da. Die Seite zeigt, wie es um den Export steht.',
    resend_too_soon:
      'Gerade wurde eine Nachricht geschickt. Warten Sie eine Minute und sehen Sie inzwischen im Spam-Ordner nach.',
    rate_limited:
      'Das ging etwas schnell. Nichts ist verloren; warten Sie eine Minute und versuchen Sie es noch einmal.',
    forbidden:
      'Das ist von hier aus nicht erlaubt. Gehen Sie zurück zum Produkt und öffnen Sie den Datenexport erneut.',
    other: 'Auf unserer Seite ging etwas schief. Nichts ist verloren; versuchen Sie es gleich noch einmal.',
  },

  announce: {
    progress: (percent) => `${percent} gesammelt`,
    offline: 'Sie sind offline.',
    unreachable: 'Die Verbindung ist abgebrochen. Neuer Versuch läuft.',
    back: 'Die Verbindung ist wieder da.',
  },
} satisfies PageWords;
