// npm's oidc-provider as an identity provider of citizens, on a free loopback port: `node provider.mjs AUDIENCE REDIRECT_URI`.
// Prints one line of JSON, {issuer}, and serves until its input ends. Whoever `login_hint` names is signed in without a
// page; GET /-/rotate signs with a new key from then on and keeps publishing the old ones.
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const [audience, redirectUri] = process.argv.slice(2);
const people = { deng: { name: '邓小满', phone_number: '19900000002', home_city: '510600' } };
const keys = [];
let provider;

function addKey() {
  const jwk = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
  keys.unshift({ ...jwk, kid: `key-${keys.length + 1}`, use: 'sig', alg: 'ES256' });
}

const configuration = () => ({
  jwks: { keys },
  clients: [
    {
      client_id: 'console',
      application_type: 'native', // may return to plain http on loopback (RFC 8252 §7.3)
      token_endpoint_auth_method: 'none',
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      id_token_signed_response_alg: 'ES256',
    },
  ],
  cookies: { keys: ['loopback only'] },
  acrValues: ['loa1', 'loa3'],
  claims: { openid: ['sub', 'name', 'phone_number'] },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...people[id], home_city: undefined }) }),
  extraTokenClaims: (_, token) => ({ home_city: people[token.accountId].home_city, acr: 'loa3' }),
  issueRefreshToken: () => true,
  interactions: { url: (_, interaction) => `/-/interaction/${interaction.uid}` },
  async loadExistingGrant(ctx) {
    const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
    grant.addOIDCScope('openid');
    grant.addResourceScope(audience, 'openid');
    await grant.save();
    return grant;
  },
  features: {
    devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true,
      useGrantedResource: () => false, // without `resource` in a token request: an opaque token for UserInfo
      getResourceServerInfo: (_, resource) => ({
        audience: resource,
        scope: 'openid',
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: 'ES256' } },
      }),
    },
  },
});

async function answer(request, response) {
  if (request.url === '/-/rotate') {
    addKey();
    provider = new Provider(issuer, configuration());
    response.end(keys[0].kid);
  } else if (request.url.startsWith('/-/interaction/')) {
    const { params, prompt } = await provider.interactionDetails(request, response);
    const login = { accountId: params.login_hint, acr: 'loa3' };
    await provider.interactionFinished(request, response, prompt.name === 'login' ? { login } : { consent: {} });
  } else {
    await provider.callback()(request, response);
  }
}

const server = createServer(answer).listen(0, '127.0.0.1');
await new Promise((resolve) => server.once('listening', resolve));
const issuer = `http://127.0.0.1:${server.address().port}`;
addKey();
provider = new Provider(issuer, configuration());
process.stdout.write(`${JSON.stringify({ issuer })}\n`);
process.stdin.resume().on('end', () => process.exit(0));
