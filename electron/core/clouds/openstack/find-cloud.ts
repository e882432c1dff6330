import type { FieldValues } from '#shared/clouds/field'
import { openstackAuth } from '#shared/clouds/forms/openstack-fields'
import { textOf } from '#shared/clouds/read-values'
import { AppError } from '#shared/errors/app-error'
import type { CloudContext } from '../cloud-provider.js'
import { type KnownCloud, readClouds } from './clouds-yaml.js'

/** Where Keystone is, who asks, and which address of its catalogue is taken. Read anew for each sign-in. */
export interface CloudSignIn {
  /** Ends with `/v3`. */
  readonly authUrl: string
  /** Body of `POST /v3/auth/tokens`. */
  readonly body: { readonly auth: Readonly<Record<string, unknown>> }
  readonly region: string
  readonly interface: string
  readonly ca: string
}

type Auth = Readonly<Record<string, string>>

export async function findCloud(ctx: CloudContext, values: FieldValues): Promise<CloudSignIn> {
  const name = textOf(values, 'cloud')
  const known = name === '' ? null : ((await readClouds(ctx.host.env)).find((cloud) => cloud.name === name) ?? null)
  if (name !== '' && known === null) throw wrong(`There is no cloud ${name} in clouds.yaml`, 'cloud')
  const auth = known === null ? await typedAuth(ctx, values) : known.auth
  const type = known === null ? TYPES[openstackAuth(values)] : kindOf(known)
  const url = auth.auth_url ?? ''
  if (url === '') throw wrong('The address of Keystone is not known', 'authUrl')
  return {
    authUrl: versionThree(url),
    body: { auth: bodyOf(type, auth) },
    region: textOf(values, 'region') || (known?.regions[0] ?? ''),
    interface: textOf(values, 'interface') || (known?.interface ?? 'public'),
    ca: textOf(values, 'ca') || (known?.cacert ?? ''),
  }
}

const TYPES = { application: 'application', password: 'password', token: 'token' } as const

function kindOf({ authType, name }: KnownCloud): keyof typeof TYPES {
  if (/applicationcredential|application_credential/i.test(authType)) return 'application'
  if (/token/i.test(authType)) return 'token'
  if (/^(v3)?password$/i.test(authType)) return 'password'
  throw wrong(`The cloud ${name} signs in by ${authType}, which is not known here; an application credential can be made for it`, 'cloud')
}

async function typedAuth(ctx: CloudContext, values: FieldValues): Promise<Auth> {
  const secret = async (id: string): Promise<string> => (textOf(values, id) === '' ? '' : ctx.secret(textOf(values, id)))
  const auth_url = textOf(values, 'authUrl')
  switch (openstackAuth(values)) {
    case 'application':
      return {
        auth_url,
        application_credential_id: textOf(values, 'credentialId'),
        application_credential_secret: await secret('credentialSecret'),
      }
    case 'token':
      return { auth_url, token: await secret('token'), ...projectOf(values) }
    case 'password':
      return {
        auth_url,
        username: textOf(values, 'user'),
        password: await secret('password'),
        user_domain_name: textOf(values, 'userDomain') || 'Default',
        ...projectOf(values),
      }
  }
}

function projectOf(values: FieldValues): Auth {
  return { project_name: textOf(values, 'project'), project_domain_name: textOf(values, 'projectDomain') || 'Default' }
}

function versionThree(url: string): string {
  const bare = url.replace(/\/+$/, '')
  if (/\/v2(\.0)?$/.test(bare)) throw wrong('Keystone is asked in version 3; the address names version 2', 'authUrl')
  return bare.endsWith('/v3') ? bare : `${bare}/v3`
}

/** "Authentication and token management" of the Identity API v3. */
function bodyOf(type: keyof typeof TYPES, auth: Auth): Readonly<Record<string, unknown>> {
  if (type === 'application') {
    const { application_credential_id: id, application_credential_secret: secret = '', application_credential_name: name = '' } = auth
    const which = id === undefined || id === '' ? { name, user: userOf(auth) } : { id }
    return { identity: { methods: ['application_credential'], application_credential: { ...which, secret } } }
  }
  const scope = scopeOf(auth)
  const identity =
    type === 'token'
      ? { methods: ['token'], token: { id: auth.token ?? '' } }
      : { methods: ['password'], password: { user: { ...userOf(auth), password: auth.password ?? '' } } }
  return { identity, ...(scope === null ? {} : { scope }) }
}

function userOf(auth: Auth): Readonly<Record<string, unknown>> {
  if (auth.user_id) return { id: auth.user_id }
  return { name: auth.username ?? '', domain: domainOf(auth.user_domain_id ?? auth.domain_id, auth.user_domain_name ?? auth.domain_name) }
}

function scopeOf(auth: Auth): Readonly<Record<string, unknown>> | null {
  const id = auth.project_id ?? auth.tenant_id
  if (id) return { project: { id } }
  const name = auth.project_name ?? auth.tenant_name
  if (!name) return null
  return { project: { name, domain: domainOf(auth.project_domain_id ?? auth.domain_id, auth.project_domain_name ?? auth.domain_name) } }
}

function domainOf(id: string | undefined, name: string | undefined): Readonly<Record<string, string>> {
  return id ? { id } : { name: name || 'Default' }
}

function wrong(reason: string, field: string): AppError {
  return new AppError('bad-input', { details: { reason, field } })
}
