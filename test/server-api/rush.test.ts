import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { KEY, SECRET } from '../http/service.ts';
import { waitFor } from '../support/installation.ts';
import { ask, type ChatService, startChatService } from './chat-service.ts';
import { hs256 } from './tokens.ts';

let service: ChatService;
const seen = { arrived: 0, left: 0 };
before(async () => {
  service = await startChatService({
    rush: { arrive: () => void seen.arrived++, leave: () => void seen.left++, isOver: async () => {} },
  });
});
after(() => service.stop());

const body = { channels: [{ cid: 'livestream:white-room' }] };

test('a call counts until it is answered, also a refused one', async () => {
  Object.assign(seen, { arrived: 0, left: 0 });
  assert.equal((await ask(service, 'POST', '/export_channels', { body })).status, 201);
  assert.equal((await ask(service, 'POST', '/export_channels', { body, token: null })).status, 401);
  await allLeft(2);
});

test('a call whose client goes away counts no longer', async () => {
  Object.assign(seen, { arrived: 0, left: 0 });
  const { hostname, port } = new URL(service.url);
  const socket = connect(Number(port), hostname);
  const head = [
    `POST /export_channels?api_key=${KEY} HTTP/1.1`,
    'Host: x',
    'stream-auth-type: jwt',
    `Authorization: ${hs256({ server: true }, SECRET)}`,
    'Content-Length: 9',
  ];
  // The rest of the body never comes.
  socket.write(`${head.join('\r\n')}\r\n\r\n{`);
  await waitFor('the call to come in', async () => seen.arrived > 0 || null);
  assert.equal(seen.left, 0);
  socket.destroy();
  await allLeft(1);
});

test('nothing else counts', async () => {
  Object.assign(seen, { arrived: 0, left: 0 });
  await fetch(`${service.url}/healthz`);
  await fetch(`${service.url}/exports/channels/x/y.json?expires=1&signature=x`);
  assert.deepEqual(seen, { arrived: 0, left: 0 });
});

function allLeft(count: number) {
  return waitFor('the calls to leave', async () => (seen.arrived === count && seen.left === count) || null);
}
