import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { useWorkbench } from '../harness/e2e.ts';
import { makeCertificate } from '../../src/simulator/notifier/certificates.ts';
import { startBedrock, type Rig } from '../unit/simulator/bedrockServer.ts';

const identity = (): { readonly cert: string; readonly key: string } => {
  const { cert, key } = makeCertificate({ commonName: 'home', addresses: ['127.0.0.1'], purpose: 'server' });
  return { cert, key };
};
const first = identity();
const second = identity();

/** A user whose server signed its own certificate, as it was set up and after it was set up anew. */
describe('a certificate that nobody signed', () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await startBedrock({ protocolVersion: '3.10', tls: first });
  });
  afterAll(async () => {
    await rig[Symbol.asyncDispose]();
  });
  const workbench = useWorkbench({ mode: 'installed' });

  /** The dialog with the fingerprint, which is pinned. */
  async function pinned({ cert }: { readonly cert: string }): Promise<void> {
    const { dialog } = workbench();
    await dialog.getByText(new X509Certificate(cert).fingerprint256).waitFor();
    await dialog.getByText('Subject: CN=home').waitFor();
    await workbench().screenshots('certificate');
    await dialog.getByRole('button', { name: 'Pin This Certificate' }).click();
  }

  it('is shown after the test of a new connection, and pinned', async () => {
    const wb = workbench();
    await wb.openView('Game Servers');
    await wb.page.getByRole('button', { name: 'Add Connection…' }).last().click();
    await wb.pick('Bedrock Server Manager');
    await wb.enter(`${rig.server.url}/app/servers`, '(1/');
    await wb.enter('admin', '(2/');
    await wb.enter('secret', '(3/');
    await wb.enter('', 'Certificate of the authority');
    await wb.enter('Minecraft', '(5/5)');
    await wb.page.getByPlaceholder('The connection does not work yet.').waitFor();
    await wb.pick('Show Fingerprint…');
    await pinned(first);
    await wb.page.getByPlaceholder('The connection works.').waitFor();
    await wb.pick('Save');
    await wb.treeItem(/Connection Minecraft, Connected/).waitFor();
  });

  it('is shown with the failure once it is another, and pinned again', async () => {
    const wb = workbench();
    const { port } = rig.server;
    await rig[Symbol.asyncDispose]();
    rig = await startBedrock({ protocolVersion: '3.10', tls: second, port });
    await wb.pressToast(/The certificate of .* has changed/, 'Show Fingerprint');
    await pinned(second);
    await wb.treeItem(/Connection Minecraft, Connected/).waitFor();
  });
});
