// The consent page: every scope has a box, and two buttons say yes or no. Who signs in is always the same person.

import { text } from 'node:stream/consumers';

const grants = [];

export async function consentPage(provider, _resource, request, response) {
  const { uid, params } = await provider.interactionDetails(request, response);
  const box = (scope) => `<input type="checkbox" name="scope" value="${scope}" checked>`;
  response.setHeader('content-type', 'text/html');
  response.end(`<form method="post" action="/interaction/${uid}">
${scopes(params).map(box).join('\n')}
<button name="decision" value="allow">Allow</button><button name="decision" value="deny">Deny</button>
</form>`);
}

export async function decide(provider, resource, request, response) {
  const { params } = await provider.interactionDetails(request, response);
  const form = new URLSearchParams(await text(request));
  const finish = (result) => provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
  if (form.get('decision') !== 'allow') {
    return finish({ error: 'access_denied', error_description: 'the person said no' });
  }
  const grant = new provider.Grant({ accountId: 'ada', clientId: params.client_id });
  for (const scope of scopes(params)) {
    if (form.getAll('scope').includes(scope)) grant.addResourceScope(resource, scope);
    else grant.rejectResourceScope(resource, scope);
  }
  const grantId = await grant.save();
  grants.push(grantId);
  return finish({ login: { accountId: 'ada' }, consent: { grantId } });
}

/** Ends every grant, as a person may in the settings of an account. */
export async function forget(provider) {
  for (const id of grants.splice(0)) await (await provider.Grant.find(id))?.destroy();
}

function scopes(params) {
  return (params.scope ?? '').split(' ').filter((scope) => /^[a-z]+$/.test(scope));
}
