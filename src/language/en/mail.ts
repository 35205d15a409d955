/**
 * Words of the mails. Values arrive formatted (instants, durations, counts) and unescaped; `requester` is a name,
 * an address or both. Durations are what is left when the mail is sent.
 */
export const mail = {
  confirmation: {
    subject: (facts: { product: string }) => `Please confirm your data export from ${facts.product}`,
    preheader: (facts: { timeLeft: string }) =>
      `One button starts it, within ${facts.timeLeft}. Without it, nothing happens.`,
    heading: 'Start your data export?',
    asked: (facts: { requester: string; product: string; account: string; requestedAt: string }) =>
      `${facts.requester} asked for a complete copy of the data that ${facts.product} keeps for account ` +
      `${facts.account}. The request was made on ${facts.requestedAt}.`,
    todo: 'To go ahead, open the page below and press the button there.',
    button: 'Review and start the export',
    deadline: (facts: { timeLeft: string; until: string }) =>
      `The link works for another ${facts.timeLeft}, until ${facts.until}. If it expires, simply request a new export.`,
    next: 'As soon as the file is ready, you get another mail with a download link.',
    notYou: {
      title: 'This was not you?',
      text:
        'Then ignore this mail. Nothing has been exported so far. If nobody presses the button, nothing will be, and ' +
        'nobody gets anything.',
    },
  },

  ready: {
    subject: (facts: { product: string }) => `Your data export from ${facts.product} is ready`,
    preheader: (facts: { size: string; until: string }) =>
      `${facts.size}, ready to download until ${facts.until}.`,
    heading: 'Your data export is ready',
    done: (facts: { requester: string; product: string; account: string; requestedAt: string }) =>
      `Here is the complete copy of the data that ${facts.product} keeps for account ${facts.account}. ` +
      `${facts.requester} asked for it on ${facts.requestedAt}.`,
    gaps: {
      subject: (facts: { product: string }) => `Your data export from ${facts.product} is ready, with gaps`,
      done: (facts: { requester: string; product: string; account: string; requestedAt: string }) =>
        `Here is a copy of the data that ${facts.product} keeps for account ${facts.account}, but it is not complete. ` +
        `${facts.requester} asked for it on ${facts.requestedAt}.`,
      title: 'Not everything could be put into the file',
      text: (facts: { list: string }) =>
        `The records in it are not as many as were counted: ${facts.list}. What is there is right. Ask ` +
        'the support what is missing, or request another export later.',
      missing: (facts: { category: string; records: string }) => `${facts.category} lacks ${facts.records}`,
      tooMany: (facts: { category: string; records: string }) =>
        `${facts.category} has ${facts.records} more than were counted`,
    },
    snapshot: (facts: { at: string; size: string }) =>
      `It is one JSON file of ${facts.size}, a format that other services can read. It shows the data as it was on ` +
      `${facts.at}.`,
    button: 'Download the file',
    deadline: (facts: { timeLeft: string; until: string }) =>
      `The link works for another ${facts.timeLeft}, until ${facts.until}. Then the file is permanently deleted. Your ` +
      'data itself stays as it is, and you can request a new export.',
    contents: 'What is in the file',
    category: 'Category',
    records: 'Records',
    total: 'Together',
    notYou: {
      title: 'Keep this mail to yourself',
      text:
        'Whoever has the link can download the file. If you did not ask for it, open Data Export in your settings ' +
        'now and delete the file there.',
    },
  },

  failed: {
    subject: (facts: { product: string }) => `Your data export from ${facts.product} did not work`,
    preheader: 'Nothing is lost. Here is why, and what you can do.',
    heading: 'Your data export did not work',
    stopped: (facts: { requester: string; product: string; account: string; requestedAt: string }) =>
      `${facts.requester} asked for a complete copy of the data that ${facts.product} keeps for account ` +
      `${facts.account}. The request was made on ${facts.requestedAt}. We could not finish the copy.`,
    again:
      'A failed export does not count: no waiting time applies, and you can request a new one in your settings, under ' +
      'Data Export. Whatever was copied so far has been deleted.',
    button: 'Open the Data Export page',
    reference: (facts: { id: string }) => `If you write to support, mention this reference: ${facts.id}`,
  },

  support: 'Need help?',
  /** Below every mail. */
  footer: (facts: { product: string; email: string }) =>
    `${facts.product} sent this mail to ${facts.email} by itself, because of a data export.`,
};

export type MailWords = typeof mail;
