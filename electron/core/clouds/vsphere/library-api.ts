import type { Readable } from 'node:stream'
import { AppError } from '#shared/errors/app-error'
import type { VsphereAddress, VsphereHttp } from './vsphere-http.js'

export interface LibraryInfo {
  readonly id: string
  readonly name: string
  readonly type: string
  /** Empty where there is none. */
  readonly description: string
}

export interface StoredFile {
  readonly name: string
  readonly size: number
}

/**
 * Content libraries of a vCenter (vSphere Automation API, `com.vmware.content`, in the `/rest` form that 6.5 to 8.0 have). All throw `cloud-denied`,
 * `cloud-not-found`, `cloud-conflict`, `cloud-refused`, `cloud-failed`, `sign-in-expired`.
 */
export interface LibraryApi {
  libraries(): Promise<LibraryInfo[]>
  createLibrary(name: string, description: string, datastore: string, token: string): Promise<string>
  items(library: string): Promise<string[]>
  /** Only one that is local. */
  deleteLibrary(library: string): Promise<void>
  findItem(library: string, name: string): Promise<string | null>
  createItem(library: string, name: string, description: string, token: string): Promise<string>
  /** Empty where there is none, or no such item. */
  descriptionOf(item: string): Promise<string>
  deleteItem(item: string): Promise<void>
  /** Files that an item holds. */
  files(item: string): Promise<StoredFile[]>
  startUpdate(item: string): Promise<string>
  /** `ACTIVE`, `DONE`, `ERROR`, `CANCELED`; null when the session is not known any more. */
  updateState(session: string): Promise<{ readonly state: string; readonly reason: string } | null>
  addFile(session: string, file: { readonly name: string; readonly bytes: number; readonly sha256: string | null }): Promise<string>
  send(url: string, body: Readable, bytes: number): Promise<void>
  keepAlive(session: string): Promise<void>
  complete(session: string): Promise<void>
  /** Gives it up; what was sent is deleted. */
  cancel(session: string): Promise<void>
  logout(): Promise<void>
}

const ROOT = '/rest/com/vmware'
const SESSION_HEADER = 'vmware-api-session-id'

export interface LibrarySignIn {
  readonly address: VsphereAddress
  readonly http: VsphereHttp
  readonly user: string
  readonly password: () => Promise<string>
  readonly signal: AbortSignal | undefined
}

export function openLibraryApi({ address, http, user, password, signal }: LibrarySignIn): LibraryApi {
  let session = ''

  const signIn = async (): Promise<void> => {
    const basic = Buffer.from(`${user}:${await password()}`).toString('base64')
    const { status, text } = await http.send({
      method: 'POST',
      url: `${address.origin}${ROOT}/cis/session`,
      headers: { authorization: `Basic ${basic}` },
      signal,
    })
    if (status !== 200) throw restError(status, text, 'sign in')
    session = idOf(valueOf(text))
  }

  const ask = async (method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<unknown> => {
    if (session === '') await signIn()
    for (let tries = 1; ; tries++) {
      const { status, text } = await http.send({
        method,
        url: `${address.origin}${ROOT}${path}`,
        headers: { [SESSION_HEADER]: session, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal,
      })
      if (status === 401 && tries === 1) await signIn()
      else if (status >= 200 && status < 300) return valueOf(text)
      else throw restError(status, text, path)
    }
  }
  const action = (path: string, id: string, name: string, body?: unknown) =>
    ask('POST', `${path}/id:${encodeURIComponent(id)}?~action=${name}`, body)

  return {
    async libraries() {
      const ids = ((await ask('GET', '/content/library')) as string[] | null) ?? []
      return Promise.all(
        ids.map(async (id) => {
          const found = (await ask('GET', `/content/library/id:${encodeURIComponent(id)}`)) as Record<string, string>
          const { name = id, type = '', description = '' } = found
          return { id, name, type, description }
        }),
      )
    },
    createLibrary: async (name, description, datastore, token) =>
      idOf(
        await ask('POST', '/content/local-library', {
          client_token: token,
          create_spec: { name, description, type: 'LOCAL', storage_backings: [{ type: 'DATASTORE', datastore_id: datastore }] },
        }),
      ),
    items: async (library) =>
      ((await ask('GET', `/content/library/item?library_id=${encodeURIComponent(library)}`)) as string[] | null) ?? [],
    deleteLibrary: async (library) => void (await ask('DELETE', `/content/local-library/id:${encodeURIComponent(library)}`)),
    async findItem(library, name) {
      const found = (await ask('POST', '/content/library/item?~action=find', { spec: { library_id: library, name } })) as string[] | null
      return found?.[0] ?? null
    },
    createItem: async (library, name, description, token) =>
      idOf(
        await ask('POST', '/content/library/item', {
          client_token: token,
          create_spec: { library_id: library, name, description, type: 'ovf' },
        }),
      ),
    async descriptionOf(item) {
      try {
        const { description = '' } = (await ask('GET', `/content/library/item/id:${encodeURIComponent(item)}`)) as { description?: string }
        return description
      } catch (thrown) {
        if (thrown instanceof AppError && thrown.code === 'cloud-not-found') return ''
        throw thrown
      }
    },
    deleteItem: async (item) => void (await ask('DELETE', `/content/library/item/id:${encodeURIComponent(item)}`)),
    async files(item) {
      const found = (await ask('GET', `/content/library/item/file?library_item_id=${encodeURIComponent(item)}`)) as StoredFile[] | null
      return (found ?? []).map(({ name, size }) => ({ name, size }))
    },
    startUpdate: async (item) =>
      idOf(await ask('POST', '/content/library/item/update-session', { create_spec: { library_item_id: item } })),
    async updateState(id) {
      try {
        const found = (await ask('GET', `/content/library/item/update-session/id:${encodeURIComponent(id)}`)) as {
          state?: string
          error_message?: { default_message?: string }
        }
        return { state: found.state ?? '', reason: found.error_message?.default_message ?? '' }
      } catch (thrown) {
        if (thrown instanceof AppError && thrown.code === 'cloud-not-found') return null
        throw thrown
      }
    },
    async addFile(id, { name, bytes, sha256 }) {
      const checksum = sha256 === null ? {} : { checksum_info: { algorithm: 'SHA256', checksum: sha256 } }
      const added = (await action('/content/library/item/updatesession/file', id, 'add', {
        file_spec: { name, source_type: 'PUSH', size: bytes, ...checksum },
      })) as { upload_endpoint?: { uri?: string } }
      const uri = added.upload_endpoint?.uri
      if (uri === undefined)
        throw new AppError('cloud-failed', { details: { service: 'vSphere', reason: `It named no place for ${name}` } })
      return uri
    },
    async send(url, body, bytes) {
      const { status, text } = await http.send({
        method: 'PUT',
        url,
        headers: { [SESSION_HEADER]: session, 'content-type': 'application/octet-stream', 'content-length': String(bytes) },
        body,
        signal,
      })
      if (status === 401) {
        await signIn()
        throw new AppError('cloud-failed', { details: { service: 'vSphere', status, reason: 'Its session had ended' } })
      }
      if (status < 200 || status >= 300) throw restError(status, text, 'the file')
    },
    keepAlive: async (id) => void (await action('/content/library/item/update-session', id, 'keep-alive', {})),
    complete: async (id) => void (await action('/content/library/item/update-session', id, 'complete')),
    async cancel(id) {
      await action('/content/library/item/update-session', id, 'cancel')
      await ask('DELETE', `/content/library/item/update-session/id:${encodeURIComponent(id)}`)
    },
    async logout() {
      if (session !== '') await ask('DELETE', '/cis/session').catch(() => {})
      session = ''
    },
  }
}

/** What a call answers that makes something: its id. */
function idOf(value: unknown): string {
  if (typeof value === 'string' && value !== '') return value
  throw new AppError('cloud-failed', { details: { service: 'vSphere', reason: 'It named no id' } })
}

function valueOf(text: string): unknown {
  if (text.trim() === '') return null
  try {
    const parsed = JSON.parse(text) as unknown
    return typeof parsed === 'object' && parsed !== null && 'value' in parsed ? parsed.value : parsed
  } catch (cause) {
    throw new AppError('cloud-failed', { details: { service: 'vSphere', reason: 'Its answer is not JSON' }, cause })
  }
}

/** Errors of the Automation API: a type such as `com.vmware.vapi.std.errors.unauthorized`, and messages. */
function restError(status: number, text: string, what: string): AppError {
  const reason = messageOf(text)
  const details = { service: 'vSphere', what, status, ...(reason === '' ? {} : { reason }) }
  const type = /errors\.(\w+)/.exec(text)?.[1] ?? ''
  if (status === 401) return new AppError('sign-in-expired', { details })
  if (status === 403 || type === 'unauthorized') return new AppError('cloud-denied', { details })
  if (type === 'already_exists') return new AppError('cloud-conflict', { details: { ...details, what: 'That name' } })
  if (status === 404) return new AppError('cloud-not-found', { details })
  if (status === 429 || status === 503) return new AppError('cloud-busy', { details })
  if (type === 'unable_to_allocate_resource' || status === 507) return new AppError('cloud-quota', { details })
  return new AppError(status >= 500 ? 'cloud-failed' : 'cloud-refused', { details })
}

function messageOf(text: string): string {
  const found = /"default_message"\s*:\s*"((?:[^"\\]|\\.)*)"/.exec(text)?.[1]
  return found === undefined ? '' : found.replaceAll('\\"', '"')
}
