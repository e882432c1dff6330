import type { FieldValues } from '#shared/clouds/field'
import { textOf } from '#shared/clouds/read-values'
import { AppError } from '#shared/errors/app-error'
import type { CloudContext } from '../cloud-provider.js'
import { type LibraryApi, openLibraryApi } from './library-api.js'
import { signInVim, type VimSession } from './soap.js'
import { openVsphereHttp, type VsphereAddress, type VsphereHttp } from './vsphere-http.js'

/** All ways to talk to one vCenter or host. */
export interface Vsphere {
  readonly address: VsphereAddress
  readonly http: VsphereHttp
  readonly vim: VimSession
  readonly libraries: LibraryApi
}

export function addressOf(ctx: CloudContext, values: FieldValues): VsphereAddress {
  const text = textOf(values, 'url')
    .replace(/^https:\/\//, '')
    .replace(/\/(sdk\/?)?$/, '')
  if (!URL.canParse(`https://${text}`)) throw new AppError('bad-input', { details: { reason: `${text} is not the address of a vCenter` } })
  return {
    origin: new URL(`https://${text}`).origin,
    thumbprint: textOf(values, 'thumbprint') || null,
    caFile: textOf(values, 'ca') || null,
    env: ctx.host.env,
  }
}

/** Signs in, does `work` and signs out, also after a cancel: sessions of vCenter are few. */
export async function withVsphere<T>(ctx: CloudContext, values: FieldValues, work: (vsphere: Vsphere) => Promise<T>): Promise<T> {
  const address = addressOf(ctx, values)
  const http = openVsphereHttp(address)
  const signIn = { address, http, user: textOf(values, 'user'), password: () => ctx.secret(textOf(values, 'password')), signal: ctx.signal }
  try {
    const vim = await signInVim(signIn)
    const libraries = openLibraryApi(signIn)
    try {
      return await work({ address, http, vim, libraries })
    } finally {
      await Promise.all([vim.logout(), libraries.logout()])
    }
  } finally {
    await http.close()
  }
}
