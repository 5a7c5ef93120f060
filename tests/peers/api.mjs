// A protected resource: `GET /things` needs the scope `read`, `POST /things` needs `write`. It believes no token that the
// authorization server does not call active (RFC 7662), asked anew for every request.

import { createServer } from 'node:http';

/** Listens on a free port of loopback. */
export async function listen(handler) {
  const server = createServer(handler);
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return { url: `http://127.0.0.1:${server.address().port}` };
}

export function startApi(issuer, client) {
  return listen(async (request, response) => {
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    const about = token ? await introspected(issuer, client, token) : { active: false };
    const needed = request.method === 'GET' ? 'read' : 'write';
    if (!about.active) return refuse(response, 401, 'invalid_token');
    if (!(about.scope ?? '').split(' ').includes(needed)) return refuse(response, 403, 'insufficient_scope');
    response.setHeader('content-type', 'application/json');
    return response.end(JSON.stringify({ client: about.client_id, for: about.sub ?? null }));
  });
}

async function introspected(issuer, client, token) {
  const answer = await fetch(`${issuer}/token/introspection`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${client.id}:${client.secret}`)}` },
    body: new URLSearchParams({ token }),
  });
  if (!answer.ok) throw new Error(`introspection: ${answer.status}`);
  return answer.json();
}

function refuse(response, status, error) {
  response.statusCode = status;
  response.setHeader('www-authenticate', `Bearer error="${error}"`);
  response.end();
}
