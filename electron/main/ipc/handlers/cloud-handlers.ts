import type { Core } from '#core/core-api'
import type { CloudAccount } from '#shared/clouds/cloud-calls'
import type { ProviderId } from '#shared/clouds/provider-ids'
import { chooseUploadFile } from '../../host/container-dialogs.js'
import { confirmSignIn, type DialogParent } from '../../host/dialogs.js'
import type { AddressGrants } from '../address-grants.js'
import type { InputGrants } from '../input-grants.js'
import { latestOnly } from '../latest-call.js'
import { OpenUploads } from '../open-uploads.js'
import type { Handlers } from '../register-contract.js'
import type { ShownLinks } from '../shown-links.js'
import type { StartGrants } from '../start-grants.js'
import { assertOwnSecrets, type FilledForm, filesOfForm, withoutForeignSecrets } from '../upload-values.js'

export type CloudHandlers = Pick<Handlers, Extract<keyof Handlers, `clouds.${string}`>>

export interface CloudGrants {
  readonly inputs: InputGrants
  readonly addresses: AddressGrants
  readonly start: StartGrants
  readonly links: ShownLinks
}

/** Calls about uploads. Files that a form may name are those that were chosen in the dialog here, and those that accounts of this machine name. */
export function cloudHandlers(
  { clouds, jobs }: Core,
  { inputs, addresses, start, links }: CloudGrants,
  parent: DialogParent,
): CloudHandlers {
  async function accountsOf(provider: ProviderId): Promise<CloudAccount[]> {
    const accounts = await clouds.accounts(provider)
    for (const { values } of accounts) inputs.grant(filesOfForm({ provider, values, facts: null }))
    return accounts
  }

  /** A form that is gone on with after a restart may name what an account of this machine named before. */
  async function grantOfAccounts(provider: ProviderId, files: readonly string[]): Promise<void> {
    if (files.some((file) => !inputs.isGranted(file))) await accountsOf(provider)
  }

  async function requireForm(form: FilledForm): Promise<void> {
    const files = filesOfForm(form)
    await grantOfAccounts(form.provider, files)
    inputs.assertGranted(files)
    assertOwnSecrets(form)
    await addresses.require(form, (asked) => confirmSignIn(parent, asked))
  }

  const openUploads = new OpenUploads(clouds, jobs, { inputs, start })

  /** With each value that is typed the window asks anew. */
  const planLatest = latestOnly((request: Parameters<typeof clouds.plan>[0], signal) => clouds.plan(request, signal))

  return {
    'clouds.facts': ({ path, edits }) => {
      inputs.assertEdits(edits)
      return clouds.facts(path, { edits })
    },
    'clouds.accounts': async ({ provider }) => {
      const accounts = await accountsOf(provider)
      return accounts.map((account) => ({ ...account, values: withoutForeignSecrets({ provider, values: account.values, facts: null }) }))
    },
    'clouds.choices': async ({ provider, field, values, facts }) => {
      await requireForm({ provider, values, facts })
      return clouds.choices(provider, field, values, { facts })
    },
    'clouds.plan': async (request) => {
      inputs.assertEdits(request.edits)
      await requireForm(request)
      return planLatest(request)
    },
    'clouds.keepSecret': async ({ name, secret, keep }) => ({ reference: clouds.keepSecret(name, secret, keep) }),
    'clouds.chooseFile': async ({ title }) => {
      const chosen = await chooseUploadFile(parent, title)
      if (chosen !== null) inputs.grant([chosen.path])
      return chosen
    },
    'clouds.mayRead': async ({ provider, path }) => {
      await grantOfAccounts(provider, [path])
      return { granted: inputs.isGranted(path) }
    },
    'clouds.openUploads': () => clouds.openUploads(),
    'clouds.reviewUpload': async ({ upload }) => {
      const { lostSecrets, ...review } = await openUploads.review(upload)
      return { ...review, lostSecrets: [...lostSecrets] }
    },
    'clouds.resume': ({ upload }) => openUploads.resume(upload),
    'clouds.shareLink': async ({ upload }) => ({ url: links.note(await clouds.shareLink(upload)) }),
    'clouds.cleanUp': async ({ upload, remote }) => ({ left: [...(await clouds.cleanUp(upload, remote)).left] }),
  }
}
