/**
 * Words of the pages that the server renders by itself: the confirmation, and what a link shows that no longer
 * works. Values arrive formatted and unescaped; whoever renders them escapes.
 */
export const pages = {
  /** Title of the browser's tab. */
  tab: (title: string, product: string) => `${title} · ${product}`,
  openPage: 'Open the Data Export page',
  back: (product: string) => `Back to ${product}`,
  support: (contact: string) => `Need help? ${contact}`,

  /** Behind the mailed link, before anything has happened. */
  confirm: {
    title: 'Start your data export?',
    /** `requester` is a name, an address or both. */
    asked: (facts: { requester: string; product: string; account: string; requestedAt: string }) =>
      `${facts.requester} asked for a complete copy of the data that ${facts.product} keeps for account ` +
      `${facts.account}. The request was made on ${facts.requestedAt}.`,
    next: 'What happens when you press the button',
    steps: (facts: { email: string; downloadWindow: string }) => [
      'We collect the data into one file. This can take from a few seconds to a while; you can close the page.',
      `We send a download link to ${facts.email}.`,
      `The file can be downloaded for ${facts.downloadWindow}. Then it is permanently deleted.`,
    ],
    button: 'Start the export',
    deadline: (confirmBy: string) => `You can start it until ${confirmBy}.`,
    notYou:
      'You did not ask for this? Just close this page. Nothing has been exported so far, and without the button ' +
      'nobody gets anything.',
  },

  /** After the button. */
  confirmed: {
    title: 'Your export has started',
    text: (facts: { email: string }) => [
      `There is nothing more to do. As soon as the file is ready, we send a download link to ${facts.email}.`,
      'You can close this page, or watch the progress on the Data Export page.',
    ],
  },

  /** The same link again: harmless. */
  alreadyConfirmed: {
    title: 'This export is already confirmed',
    text: (facts: { email: string; isReady: boolean }) =>
      facts.isReady
        ? [
            `The file is ready. The download link went to ${facts.email}.`,
            'It can also be downloaded on the Data Export page.',
          ]
        : [
            `There is nothing more to do here. The download link goes to ${facts.email} as soon as the file is ready.`,
            'The Data Export page shows how far it is.',
          ],
  },

  /** `confirmation_invalid`: unknown, cut off on its way, too old, or of an export that is over. */
  confirmationInvalid: {
    title: 'This link no longer works',
    text: [
      'The confirmation link has expired, its export is over, or it did not arrive in one piece.',
      'Opening it changed nothing, and nothing is lost. The Data Export page shows how things stand; there you can ' +
        'also request a new export.',
    ],
  },

  /** `download_invalid` and `export_not_ready`. */
  downloadInvalid: {
    title: 'This download link no longer works',
    text: [
      'A download link works for a limited time, and then the file is permanently deleted.',
      'Your data itself is untouched. The Data Export page shows whether the file is still there, and gives you ' +
        'a new link or a new export.',
    ],
  },

  /** `portal_link_invalid` */
  portalLinkInvalid: {
    title: 'Please open this page again',
    text: (product: string) => [
      'This link works only once and for a few minutes, so that nobody else can use it.',
      `Go back to ${product} and choose Data Export there again.`,
    ],
  },

  /** `unauthenticated` on a page. */
  signedOut: {
    title: 'You are signed out',
    text: (product: string) => [
      'For your safety, this page stays open for a limited time only. An export that is under way goes on.',
      `Go back to ${product} and choose Data Export there again.`,
    ],
  },

  notFound: {
    title: 'There is nothing here',
    text: [
      'The address may be mistyped, or the link was cut off on its way. Please open it again from the mail.',
    ],
  },

  tooManyRequests: {
    title: 'One moment, please',
    text: [
      'There were too many requests in a short time. Nothing is lost. Please wait a minute and try again.',
    ],
  },

  unexpected: {
    title: 'Something went wrong on our side',
    text: ['Nothing is lost, and an export that is under way goes on. Please try again in a few minutes.'],
  },

  /** The local mailbox, shown where no mail server is set up. */
  mailbox: {
    title: 'Local mailbox',
    text:
      'No mail server is set up (SMTP_URL), so mails land here instead of being sent. Only this machine can see ' +
      'this page.',
    empty: 'No mails yet. They appear here as they arrive.',
    to: 'To',
    received: 'Received',
    plainText: 'Plain text',
  },
};

/** What every language has to say on these pages. */
export type PagesWords = typeof pages;
