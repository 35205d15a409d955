// Shows mails of the local mailbox as they arrive.
const everyMs = 2000;

setInterval(async () => {
  const { newest } = document.getElementById('mails').dataset;
  const response = await fetch('mail.json', { cache: 'no-store' }).catch(() => null);
  if (!response?.ok) return;
  const [mail] = await response.json();
  if (mail && mail.id !== newest) location.reload();
}, everyMs);
