/** All words of the Data Export page, in English. Every other language has the same shape: {@link PageWords}. */
export const page = {
  name: 'Data export',
  titleOf: (state: string, product: string) => `${state} · ${product}`,
  justNow: 'just now',
  backTo: (product: string) => `Back to ${product}`,
  loading: 'Opening your data export…',

  /** The state of things: one sentence, then what it means and what comes next. */
  state: {
    idle: {
      title: 'Take a copy of your data with you.',
      text: (product: string) => `${product} puts what it keeps about your account into one file for you.`,
      confirmFirst: 'An email asks you to confirm first, so that nobody else can do this in your name.',
    },
    pending: {
      title: 'Check your email and confirm.',
      sent: (email: string) => `We sent a message to ${email}.`,
      queued: (email: string) => `A message to ${email} is on its way.`,
      byOther: (person: string) => `${person} asked for this export.`,
      text: 'Follow the link in it and press the button there. Nothing is collected before that.',
    },
    confirmed: {
      title: 'Your export will start in a moment.',
      titleWaiting: 'Your export is waiting to start.',
      text: 'It starts by itself. You can close this page.',
      textWaiting: 'It starts by itself as soon as it can. You can close this page.',
    },
    processing: {
      title: 'Your data is being collected.',
      titleWaiting: 'Collecting your data has paused.',
      text: 'It goes on without you. You can close this page.',
      textWaiting: 'It goes on by itself as soon as it can. You can close this page.',
    },
    mailWhenReady: (email: string) => `A message to ${email} will tell you when the file is ready.`,
    completed: {
      title: 'Your export is ready.',
      titleWithGaps: 'Your export is ready, with gaps.',
      text: (product: string) =>
        `Download it and keep it somewhere safe: it holds personal data. ${product} deletes its copy when the time is over.`,
    },
    expired: {
      title: 'The file has been deleted.',
      text: (window: string) =>
        `It could be downloaded for ${window}. Then it was deleted for good, as announced.`,
    },
    deleted: {
      title: 'The file has been deleted.',
      text: 'It was deleted for good before its time was over, because somebody with access to this account asked for it.',
    },
    lapsed: {
      title: 'The export was not confirmed in time.',
      text: (window: string) =>
        `The link in the email worked for ${window}. Nothing was collected, and nothing is lost.`,
    },
    failed: {
      title: 'The export could not be finished.',
      noWait: 'This attempt does not count, so there is nothing to wait for.',
    },
    cancelled: {
      title: 'The export was cancelled.',
      text: 'What had been collected so far was thrown away. Your data itself is untouched.',
    },
    next: 'You can request a new export whenever you like.',
  },

  facts: {
    format: 'You get',
    formatValue: 'One JSON file',
    contains: 'In it',
    categories: { one: (n: string) => `${n} category`, other: (n: string) => `${n} categories` },
    available: 'Kept for',
    sentTo: 'Sent to',
    linkExpires: 'Link expires',
    requested: 'Requested',
    requestedBy: 'Requested by',
    confirmed: 'Confirmed',
    started: 'Started',
    collected: 'Collected',
    starts: 'Starts',
    startsItself: 'By itself',
    startsWithWorker: 'When a worker is back',
    file: 'File',
    records: { one: (n: string) => `${n} record`, other: (n: string) => `${n} records` },
    deletion: 'Will be deleted',
    deletedAt: 'Deleted',
    downloaded: 'Downloaded',
    downloads: { one: (n: string) => `${n} time`, other: (n: string) => `${n} times` },
    never: 'Never',
    expired: 'Expired',
    stopped: 'Stopped',
    cancelled: 'Cancelled',
    reference: 'Reference',
  },

  progress: {
    label: 'Progress of the export',
    ofAbout: (done: string, estimated: string) => `${done} of about ${estimated} records`,
    moreThanExpected: (done: string) => `${done} records, a few more than expected`,
    counting: 'Counting your records…',
    soFar: (done: string) => `${done} records so far`,
  },

  actions: {
    request: 'Request export',
    requestAgain: 'Request a new export',
    requesting: 'Requesting…',
    waitUntil: (window: string) => `One export every ${window}. The next one is possible`,
    resend: 'Send the email again',
    resending: 'Sending…',
    resendWait: 'Can be sent again',
    cancel: 'Cancel export',
    download: 'Download',
    preparing: 'Preparing…',
    downloadStarted: 'The download has started. If it breaks off, your browser can resume it.',
    delete: 'Delete now',
    manifest: 'Manifest',
    manifestTitle: 'What is in the file, counted, hashed and signed',
    signOut: 'Sign out',
  },

  confirm: {
    cancel: {
      question: 'Cancel this export?',
      text: 'What was collected so far is thrown away. You can request a new one at once.',
      yes: 'Yes, cancel it',
      busy: 'Cancelling…',
      no: 'Keep it',
    },
    delete: {
      question: 'Delete the file now?',
      text: 'It cannot be brought back.',
      nextPossible: 'A new export is possible',
      yes: 'Yes, delete it',
      busy: 'Deleting…',
      no: 'Keep it',
    },
  },

  notices: {
    noWorker: {
      title: 'No worker is running right now.',
      text: (product: string) =>
        `The part of ${product} that collects exports is not running. Your request is safe and goes on by itself when it is back.`,
      lastSeen: 'Last seen',
    },
    mail: {
      confirmation: 'The email could not be delivered yet. We keep trying; you can also send it again.',
      ready: 'The email about it could not be delivered yet. You do not need it: the file is here.',
      failed: 'The email about it could not be delivered yet. You do not need it.',
      details: 'What the mail server said',
    },
    gaps: {
      title: 'Not everything could be put into the file.',
      text: (product: string) =>
        `The records in it are not as many as were counted. What is there is right. Ask ${product} what is missing, or request another export later.`,
      missing: (category: string, records: string) => `${category}: ${records} missing`,
      tooMany: (category: string, records: string) => `${category}: ${records} more than were counted`,
    },
    damaged: {
      title: 'The stored file is damaged.',
      text: 'A check found that it is not the one that was written. Please write to support.',
    },
    offline: 'You are offline. Nothing is lost, the export goes on without this page.',
    unreachable: 'No connection to the service right now. Nothing is lost; this page keeps trying.',
    asOf: 'What you see is from',
  },

  timeline: {
    label: 'The six steps of an export',
    labelWithoutMail: 'The five steps of an export',
    requested: { before: 'Request', after: 'Requested' },
    confirmed: { before: 'Confirm by email', after: 'Confirmed by email' },
    collected: { before: 'Collect', now: 'Collecting', waiting: 'Waiting to start', after: 'Collected' },
    ready: 'Ready',
    downloaded: { before: 'Download', after: 'Downloaded', never: 'Not downloaded' },
    deleted: { before: 'Delete', after: 'Deleted' },
    notConfirmed: 'Not confirmed',
    failed: 'Failed',
    cancelled: 'Cancelled',
    is: { done: 'Done', now: 'Now', later: 'Later', stopped: 'Ended here', skipped: 'Left out' },
  },

  included: {
    title: 'What is in the file',
    text: 'Open a category to see every field of it.',
    fields: 'Fields',
    leftOut: 'Left out of it',
    rowsLeftOut: 'Records left out',
    sizeOf: (records: string, size: string) => `${records}, ${size}`,
  },

  leftOut: {
    title: 'What stays, and why',
    text: 'What the product keeps back, with the reason for each.',
    nothing: 'Nothing is left out.',
    items: { one: (n: string) => `${n} item`, other: (n: string) => `${n} items` },
    wholeTables: 'Tables left out as a whole',
    rows: { title: 'Some records', text: 'Rules of the product keep these records back.' },
    rowRules: { one: (n: string) => `${n} rule`, other: (n: string) => `${n} rules` },
    reasons: {
      secret: {
        title: 'Passwords and keys',
        text: 'They open doors. In a file that travels they would be a danger to you.',
      },
      internal: {
        title: 'Inner workings',
        text: (product: string) => `Technical values that only ${product} needs. They say nothing about you.`,
      },
      'third-party': {
        title: 'What belongs to others',
        text: 'It is about somebody else, or is theirs to hand out.',
      },
      derived: {
        title: 'What was worked out',
        text: 'Made from data that is in the file; anyone can work it out again.',
      },
    },
  },

  history: {
    title: 'Earlier exports',
    none: 'There are none yet.',
    by: (person: string) => `Requested by ${person}`,
    showAll: (n: string) => `Show all ${n}`,
    expired: (downloads: string) => `Deleted after its time, downloaded ${downloads}`,
    expiredNever: 'Deleted after its time, never downloaded',
    deleted: (downloads: string) => `Deleted before its time, downloaded ${downloads}`,
    deletedNever: 'Deleted before its time, never downloaded',
    lapsed: 'Not confirmed in time',
    failed: 'Could not be finished',
    cancelled: 'Cancelled',
    other: 'Under way',
    withGaps: 'with gaps',
  },

  goodToKnow: {
    title: 'Good to know',
    open: {
      title: 'How do I open the file?',
      text: 'It is one JSON file: plain text in a fixed order, which people and programs can read. Any browser or text editor opens it, and other services can take your data over from it.',
    },
    safe: {
      title: 'Is it safe?',
      text: (window: string) =>
        `The file is kept encrypted. The download address cannot be guessed, is made for your account alone and works for ${window}. Then the file and the key to it are destroyed.`,
    },
    often: {
      title: 'How often can I do this?',
      text: 'One export at a time.',
      cooldown: (wait: string) =>
        `After a finished one, the next is possible ${wait} later. Failed and cancelled ones do not count.`,
    },
    law: {
      title: 'What does the law say?',
      text: 'You have the right to get your personal data in a form that machines can read, and to take it elsewhere. In the European Union it is called data portability (Article 20 of the General Data Protection Regulation, GDPR).',
    },
  },

  footer: {
    signedInAs: (person: string) => `Signed in as ${person}`,
    account: (id: string) => `Account ${id}`,
    support: 'Get help',
    language: 'Language',
  },

  /** Instead of the page. */
  away: {
    signedOut: {
      title: 'This page has to be opened from your product.',
      text: 'For your safety, access to it ends after a while. Go back to the product, and open Data Export in its settings again. Exports go on meanwhile; nothing is lost.',
    },
    otherAccount: {
      title: 'Another account is open in this browser now.',
      text: 'So that nothing is mixed up, this page has stopped. Exports go on; nothing is lost. To see this account again, open Data Export in the settings of the product.',
    },
    left: {
      title: 'You have signed out of Data Export.',
      text: 'Exports go on without you. To come back, open Data Export in the settings of the product.',
    },
    unreachable: {
      title: 'The service does not answer.',
      text: 'Nothing is lost, and exports go on. This page tries again by itself.',
      retry: 'Try again now',
    },
    offline: {
      title: 'You are offline.',
      text: 'Nothing is lost, and exports go on. This page opens as soon as there is a connection.',
    },
  },

  /** Why something a person asked for did not happen, by code. Any other code is told in `other`. */
  problems: {
    unreachable: 'The service did not answer. Nothing is lost; check your connection and try again.',
    export_active: 'An export is already under way or ready. It is shown here.',
    export_cooldown: 'An export was finished not long ago. The next one is possible a little later.',
    export_not_found: 'This export is no longer there. The page shows what is.',
    export_not_pending: 'This export no longer waits for a confirmation. The page shows how it stands.',
    export_not_cancellable: 'This export could no longer be cancelled. The page shows how it stands.',
    export_not_ready: 'The file is no longer there. The page shows how it stands.',
    resend_too_soon:
      'A message was sent a moment ago. Wait a minute, and look into the spam folder meanwhile.',
    rate_limited: 'That was a little fast. Nothing is lost; wait a minute and try again.',
    forbidden: 'This is not allowed from here. Go back to the product and open Data Export again.',
    other: 'Something went wrong on our side. Nothing is lost; try again in a moment.',
  },

  /** Said to screen readers when something changes by itself. */
  announce: {
    progress: (percent: string) => `${percent} collected`,
    offline: 'You are offline.',
    unreachable: 'The connection was lost. Trying again.',
    back: 'The connection is back.',
  },
};

/** The shape that every language fills. */
export type PageWords = typeof page;
