// An authorization server that others wrote and certified, on loopback, and an API that asks it about every token.
//
// Prints one line of JSON with where they are and the client's secrets, made anew at every start. Ends when standard
// input does, so that nothing is left behind by a test that was killed. `/peer/advance?seconds=N` moves its clock and
// `/peer/forget` ends every grant.

import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { listen, startApi } from './api.mjs';
import { consentPage, decide, forget } from './consent.mjs';
import './clock.mjs';

process.stdin.on('end', () => process.exit(0)).resume();

const { default: Provider } = await import('oidc-provider');
const secret = randomBytes(24).toString('base64url');
const clientKey = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ownKey = generateKeyPairSync('ec', { namedCurve: 'P-256' });

const counts = {};
const server = await listen((request, response) => handle(request, response));
const issuer = server.url;
const api = await startApi(issuer, { id: 'api', secret });
const provider = new Provider(issuer, configuration());

process.stdout.write(`${JSON.stringify({
  issuer,
  api: api.url,
  secret,
  private_key: clientKey.privateKey.export({ type: 'pkcs8', format: 'pem' }),
})}\n`);

async function handle(request, response) {
  const url = new URL(request.url, issuer);
  const name = `${request.method} ${url.pathname}`;
  if (url.pathname === '/peer/advance') {
    globalThis.advance(Number(url.searchParams.get('seconds')));
    return response.end();
  }
  if (url.pathname === '/peer/forget') return forget(provider).then(() => response.end());
  if (url.pathname === '/peer/counts') return response.end(JSON.stringify(counts));
  counts[name] = (counts[name] ?? 0) + 1;
  if (!url.pathname.startsWith('/interaction/')) return provider.callback()(request, response);
  const answer = request.method === 'POST' ? decide : consentPage;
  return answer(provider, api.url, request, response).catch((error) => {
    response.statusCode = 500;
    response.end(String(error));
  });
}

function client(id, method, more = {}) {
  return {
    client_id: id,
    client_secret: ['none', 'private_key_jwt'].includes(method) ? undefined : secret,
    token_endpoint_auth_method: method,
    application_type: 'native',
    // Any port of loopback (RFC 8252 section 7.3).
    redirect_uris: ['http://127.0.0.1/callback/peer'],
    grant_types: ['authorization_code', 'refresh_token', ...(method === 'none' ? [] : ['client_credentials'])],
    response_types: ['code'],
    ...more,
  };
}

function configuration() {
  const jwk = (key) => ({ ...key.export({ format: 'jwk' }), alg: 'ES256', use: 'sig' });
  return {
    clients: [
      client('basic', 'client_secret_basic'),
      client('post', 'client_secret_post'),
      client('private_key_jwt', 'private_key_jwt', {
        token_endpoint_auth_signing_alg: 'ES256',
        jwks: { keys: [jwk(clientKey.publicKey)] },
      }),
      client('public', 'none'),
      client('api', 'client_secret_basic', { grant_types: [], response_types: [], redirect_uris: [] }),
    ],
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    jwks: { keys: [jwk(ownKey.privateKey)] },
    cookies: { keys: [secret] },
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
    findAccount: (_, id) => ({ accountId: id, claims: async () => ({ sub: id }) }),
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    issueRefreshToken: async (_, its) => its.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: true,
    ttl: {
      AccessToken: 60, ClientCredentials: 60, AuthorizationCode: 60, Interaction: 600,
      IdToken: 60, RefreshToken: 86400, Grant: 86400, Session: 86400,
    },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      revocation: { enabled: true, allowedPolicy: async (_, its, token) => token.clientId === its.clientId },
      introspection: { enabled: true, allowedPolicy: async (_, its) => its.clientId === 'api' },
      resourceIndicators: {
        enabled: true,
        defaultResource: async () => api.url,
        useGrantedResource: async () => true,
        getResourceServerInfo: async () => ({ scope: 'read write', accessTokenFormat: 'opaque', accessTokenTTL: 60 }),
      },
    },
  };
}
