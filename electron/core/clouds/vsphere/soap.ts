import { AppError } from '#shared/errors/app-error'
import type { VsphereAddress, VsphereHttp } from './vsphere-http.js'
import { childrenOf, childText, escapeXml, findElement, parseXml, type XmlElement } from './xml.js'

/** A managed object: `Datastore`, `datastore-12`. */
export interface ObjectRef {
  readonly type: string
  readonly id: string
}

/** The web services of a vCenter or a host, signed in. Source: vSphere Web Services API, operations and types of `urn:vim25`. */
export interface VimSession {
  readonly about: { readonly name: string; readonly version: string; readonly isVcenter: boolean }
  readonly rootFolder: ObjectRef
  readonly ovfManager: ObjectRef
  readonly propertyCollector: ObjectRef
  readonly viewManager: ObjectRef
  /** Seconds that the server's clock is ahead of this machine's. */
  readonly clockSkew: number
  /** Calls an operation on an object; `inner` is the XML of its parameters. Signs in anew when the session has ended. */
  call(operation: string, on: ObjectRef, inner?: string): Promise<XmlElement>
  /** As `call`, also after a cancel: to give up what was begun in this session. */
  callAnyway(operation: string, on: ObjectRef, inner?: string): Promise<XmlElement>
  logout(): Promise<void>
}

const HEAD =
  '<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>'
const TAIL = '</soapenv:Body></soapenv:Envelope>'
const SERVICE: ObjectRef = { type: 'ServiceInstance', id: 'ServiceInstance' }

/** An object as a parameter of an operation. */
export function refXml(name: string, { type, id }: ObjectRef): string {
  return `<${name} type="${escapeXml(type)}">${escapeXml(id)}</${name}>`
}

export function refOf(element: XmlElement): ObjectRef {
  return { type: element.attributes.type ?? '', id: element.text }
}

export interface SignIn {
  readonly address: VsphereAddress
  readonly http: VsphereHttp
  readonly user: string
  /** Asked for at each sign-in. */
  readonly password: () => Promise<string>
  readonly signal: AbortSignal | undefined
}

/** Throws `cloud-denied` when user or password is wrong, and what `VsphereHttp.send` throws. */
export async function signInVim(signIn: SignIn): Promise<VimSession> {
  const { address, http, user, password, signal } = signIn
  let cookie = ''
  let skew = 0

  const exchange = async (operation: string, on: ObjectRef, inner: string, until = signal): Promise<XmlElement> => {
    const body = `${HEAD}<${operation} xmlns="urn:vim25">${refXml('_this', on)}${inner}</${operation}>${TAIL}`
    const answer = await http.send({
      method: 'POST',
      url: `${address.origin}/sdk`,
      headers: { 'content-type': 'text/xml; charset=utf-8', soapaction: 'urn:vim25/6.5', ...(cookie === '' ? {} : { cookie }) },
      body,
      signal: until,
    })
    const set = answer.headers['set-cookie']
    const first = Array.isArray(set) ? set[0] : set
    if (first !== undefined) cookie = first.split(';')[0] ?? ''
    const date = Date.parse(String(answer.headers.date ?? ''))
    if (Number.isFinite(date)) skew = Math.round((date - Date.now()) / 1000)
    return bodyOf(answer.status, answer.text, operation)
  }

  const content = findElement(await exchange('RetrieveServiceContent', SERVICE, ''), 'returnval')
  if (content === null) throw failed('It does not answer as vSphere does')
  const named = (name: string): ObjectRef => {
    const [element] = childrenOf(content, name)
    if (element === undefined) throw failed(`It has no ${name}`)
    return refOf(element)
  }
  const manager = named('sessionManager')
  const login = async (): Promise<void> => {
    await exchange('Login', manager, `<userName>${escapeXml(user)}</userName><password>${escapeXml(await password())}</password>`)
  }
  await login()

  const about = findElement(content, 'about')
  return {
    about: {
      name: about === null ? 'vSphere' : childText(about, 'fullName'),
      version: about === null ? '' : childText(about, 'apiVersion'),
      isVcenter: about !== null && childText(about, 'apiType') === 'VirtualCenter',
    },
    rootFolder: named('rootFolder'),
    ovfManager: named('ovfManager'),
    propertyCollector: named('propertyCollector'),
    viewManager: named('viewManager'),
    get clockSkew() {
      return skew
    },
    async call(operation, on, inner = '') {
      try {
        return await exchange(operation, on, inner)
      } catch (thrown) {
        if (!(thrown instanceof AppError) || thrown.code !== 'sign-in-expired') throw thrown
        await loginAgain(login)
        return exchange(operation, on, inner)
      }
    },
    callAnyway: (operation, on, inner = '') => exchange(operation, on, inner, new AbortController().signal),
    logout: async () => {
      await exchange('Logout', manager, '', new AbortController().signal).catch(() => {})
    },
  }
}

/** A password that was taken before and is not any more: whoever knows the new one has to be asked. */
export async function loginAgain(login: () => Promise<void>): Promise<void> {
  try {
    await login()
  } catch (thrown) {
    if (!(thrown instanceof AppError) || thrown.code !== 'cloud-denied') throw thrown
    throw new AppError('sign-in-expired', { details: thrown.data.details, cause: thrown })
  }
}

function bodyOf(status: number, text: string, operation: string): XmlElement {
  if (!text.includes('Envelope')) throw failed(`It answered ${status} where vSphere answers in XML`, status)
  const root = parseXml(text)
  const fault = findElement(root, 'Fault')
  if (fault !== null) throw faultError(fault, operation)
  const body = findElement(root, 'Body')
  if (body === null || status !== 200) throw failed(`It answered ${status}`, status)
  return body
}

/** A fault in our words, by its type (vSphere Web Services API, fault types). */
function faultError(fault: XmlElement, operation: string): AppError {
  const type = findElement(fault, 'detail')?.children[0]?.name.replace(/Fault$/, '') ?? ''
  const reason = childText(fault, 'faultstring')
  return vimError(type, reason, operation)
}

/** The error for a fault of this type, of an operation, a task or a lease. */
export function vimError(type: string, reason: string, what: string): AppError {
  const details = { service: 'vSphere', what, reason: reason === '' ? type : type === '' ? reason : `${reason} (${type})` }
  switch (type) {
    case 'InvalidLogin':
      return new AppError('cloud-denied', {
        details: { ...details, what: 'sign in', next: 'Check the user, with its domain, and the password.' },
      })
    case 'NotAuthenticated':
      return new AppError('sign-in-expired', { details })
    case 'NoPermission':
      return new AppError('cloud-denied', { details })
    case 'DuplicateName':
    case 'AlreadyExists':
      return new AppError('cloud-conflict', { details: { ...details, what: 'That name' } })
    case 'ManagedObjectNotFound':
    case 'NotFound':
      return new AppError('cloud-not-found', { details })
    case 'InsufficientResourcesFault':
    case 'NoDiskSpace':
    case 'OutOfBounds':
      return new AppError('cloud-quota', { details })
    case 'Timedout':
    case 'HostCommunication':
      return new AppError('cloud-failed', { details })
    default:
      return new AppError('cloud-refused', { details })
  }
}

function failed(reason: string, status = 0): AppError {
  return new AppError('cloud-failed', { details: { service: 'vSphere', reason, ...(status === 0 ? {} : { status }) } })
}
