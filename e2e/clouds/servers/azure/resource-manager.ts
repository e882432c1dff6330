import { randomUUID } from 'node:crypto'
import type { BlobProxy } from './blob-proxy.js'
import { at, checkBody, type Json, Refused } from './resource-rules.js'

export interface ArmAnswer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

export interface ArmRequest {
  readonly method: string
  readonly url: URL
  readonly body: Json
}

interface Resource {
  readonly id: string
  readonly kind: string
  readonly name: string
  body: Json
  diskState?: string
  /** What it holds, once it holds anything that stays. */
  content?: Buffer
  provisioning: string
}

interface Operation {
  looksLeft: number
  /** Done when it is seen to be over. */
  readonly end: () => Promise<unknown>
  output?: unknown
  error?: { readonly code: string; readonly message: string }
}

/** Container for what managed disks are made of. */
const DISKS = 'managed-disks'
const LOCATIONS = ['northeurope', 'westeurope']

/** The part of the Azure Resource Manager that disks, images and galleries need, with operations that take their time. */
export class ResourceManager {
  readonly resources = new Map<string, Resource>()
  private readonly operations = new Map<string, Operation>()
  isQuotaFull = false

  constructor(
    private readonly subscription: string,
    private readonly group: string,
    private readonly blobs: BlobProxy,
    private readonly addresses: { manager: string; storage: string },
  ) {}

  things(): string[] {
    return [...this.resources.keys()]
  }

  content(id: string): Buffer | undefined {
    return this.resources.get(id.toLowerCase())?.content
  }

  async answer(request: ArmRequest): Promise<ArmAnswer> {
    try {
      return await this.route(request)
    } catch (thrown) {
      if (!(thrown instanceof Refused)) throw thrown
      return { status: thrown.status, body: { error: { code: thrown.code, message: thrown.message } } }
    }
  }

  private async route({ method, url, body }: ArmRequest): Promise<ArmAnswer> {
    if (!/^\d{4}-\d\d-\d\d(-preview)?$/.test(url.searchParams.get('api-version') ?? '')) {
      throw new Refused(400, 'MissingApiVersionParameter', 'The api-version query parameter (?api-version=) is required for all requests.')
    }
    const path = decodeURIComponent(url.pathname)
    const operation = /^\/operations\/([^/]+)$/.exec(path)?.[1]
    if (operation !== undefined) return this.lookAt(operation)
    const result = /^\/results\/([^/]+)$/.exec(path)?.[1]
    if (result !== undefined) return this.resultOf(result)
    const base = `/subscriptions/${this.subscription}`
    if (path === '/subscriptions') return list([{ subscriptionId: this.subscription, displayName: 'Tests' }])
    if (!path.startsWith(base)) throw new Refused(404, 'SubscriptionNotFound', `The subscription could not be found.`)
    const rest = path.slice(base.length)
    if (rest === '') return { status: 200, body: { subscriptionId: this.subscription, displayName: 'Tests', state: 'Enabled' } }
    if (rest === '/locations') return list(LOCATIONS.map((name) => ({ name, displayName: name })))
    if (rest.toLowerCase() === '/resourcegroups') return list([{ name: this.group }])
    if (/^\/providers\/Microsoft.Compute\/locations\/\w+\/usages$/.test(rest)) {
      return list([{ name: { value: 'StandardDiskCount' }, currentValue: 3, limit: 50_000 }])
    }
    const [, group, inside = ''] = /^\/resourceGroups\/([^/]+)(\/.*)?$/i.exec(rest) ?? []
    if (group !== this.group) throw new Refused(404, 'ResourceGroupNotFound', `Resource group '${group ?? ''}' could not be found.`)
    if (inside === '') return { status: 200, body: { name: group, location: LOCATIONS[0] } }
    if (inside === '/providers/Microsoft.Authorization/permissions')
      return list([{ actions: ['*'], notActions: ['Microsoft.Compute/virtualMachines/*'] }])
    return this.onResource(method, path, inside, body)
  }

  private async onResource(method: string, path: string, inside: string, body: Json): Promise<ArmAnswer> {
    const [, parts = ''] = /^\/providers\/Microsoft\.Compute\/(.+)$/.exec(inside) ?? []
    const words = parts.split('/')
    const action = words.length % 2 === 1 && method === 'POST' ? words.pop() : undefined
    const kind = {
      disks: 'disks',
      images: 'images',
      galleries: 'galleries',
      'galleries/images': 'definitions',
      'galleries/images/versions': 'versions',
    }[words.filter((_, index) => index % 2 === 0).join('/')]
    if (kind === undefined) throw new Refused(404, 'InvalidResourceType', `The resource type could not be found: ${parts}`)
    const id = action === undefined ? path : path.slice(0, -action.length - 1)
    if (words.length % 2 === 1) return list([...this.resources.values()].filter((one) => one.kind === kind).map((one) => this.shown(one)))
    if (method === 'PUT') return this.put(id, kind, words.at(-1) ?? '', body)
    const found = this.resources.get(id.toLowerCase())
    if (method === 'DELETE' && found === undefined) return { status: 204 }
    if (found === undefined) throw new Refused(404, 'ResourceNotFound', `The Resource '${id}' was not found.`)
    if (method === 'GET') return { status: 200, body: this.shown(found) }
    if (method === 'DELETE') return this.remove(found)
    return this.act(found, action ?? '', body)
  }

  private async put(id: string, kind: string, name: string, body: Json): Promise<ArmAnswer> {
    checkBody(kind, name, body)
    if (this.isQuotaFull && kind === 'disks') {
      throw new Refused(409, 'OperationNotAllowed', 'Operation could not be completed as it results in exceeding approved quota.')
    }
    const parent = id.split('/').slice(0, -2).join('/')
    if ((kind === 'definitions' || kind === 'versions') && !this.resources.has(parent.toLowerCase())) {
      throw new Refused(
        404,
        'ParentResourceNotFound',
        `Failed to perform 'write' on resource(s): the parent resource '${parent}' could not be found.`,
      )
    }
    const resource: Resource = { id, kind, name, body, provisioning: 'Updating' }
    const source = kind === 'disks' ? at(body, 'properties.creationData.sourceUri') : this.sourceOf(kind, body)
    if (kind === 'disks' && at(body, 'properties.creationData.createOption') === 'Upload') {
      await this.blobs.ask('PUT', `${DISKS}?restype=container`)
      await this.blobs.ask('PUT', `${DISKS}/${name}`, {
        'x-ms-blob-type': 'PageBlob',
        'x-ms-blob-content-length': String(at(body, 'properties.creationData.uploadSizeBytes')),
      })
    }
    const content = typeof source === 'string' ? await this.contentOf(source) : undefined
    this.resources.set(id.toLowerCase(), resource)
    const end = async (): Promise<void> => {
      resource.provisioning = 'Succeeded'
      if (content !== undefined) resource.content = content
      if (kind === 'disks') resource.diskState = content === undefined ? 'ReadyToUpload' : 'Unattached'
    }
    return { ...this.begin(201, { looksLeft: 2, end }), body: this.shown(resource) }
  }

  private sourceOf(kind: string, body: Json): unknown {
    if (kind === 'images')
      return at(body, 'properties.storageProfile.osDisk.managedDisk.id') ?? at(body, 'properties.storageProfile.osDisk.blobUri')
    const from = 'properties.storageProfile.osDiskImage.source'
    return kind === 'versions' ? (at(body, `${from}.id`) ?? at(body, `${from}.uri`)) : undefined
  }

  /** Of a disk by its id, or of a blob by its address. */
  private async contentOf(source: string): Promise<Buffer> {
    if (!source.startsWith('https://')) {
      const disk = this.resources.get(source.toLowerCase())
      if (disk === undefined) throw new Refused(404, 'NotFound', `Disk ${source} is not found.`)
      if (disk.diskState !== 'Unattached')
        throw new Refused(409, 'OperationNotAllowed', `Disk ${disk.name} is in state ${disk.diskState ?? ''}`)
      return disk.content ?? Buffer.alloc(0)
    }
    if (!source.startsWith(`${this.addresses.storage}/`))
      throw new Refused(400, 'InvalidParameter', `The blob ${source} is in no account of the subscription`)
    const { status, body } = await this.blobs.ask('GET', source.slice(this.addresses.storage.length + 1))
    if (status !== 200) throw new Refused(400, 'InvalidParameter', `The source blob ${source} does not exist.`)
    checkVhd(body)
    return body
  }

  private async act(disk: Resource, action: string, body: Json): Promise<ArmAnswer> {
    if (disk.kind !== 'disks') throw new Refused(404, 'NotFound', `There is no action ${action}`)
    if (action === 'beginGetAccess') {
      if (body.access !== 'Write' || typeof body.durationInSeconds !== 'number')
        throw new Refused(400, 'InvalidParameter', 'access and durationInSeconds')
      if (disk.diskState !== 'ReadyToUpload' && disk.diskState !== 'ActiveUpload') {
        throw new Refused(409, 'OperationNotAllowed', `Write access is not allowed on a disk in state ${disk.diskState ?? ''}`)
      }
      disk.diskState = 'ActiveUpload'
      const end = async (): Promise<unknown> => ({
        accessSAS: this.blobs.grant(new URL(this.addresses.storage).origin, `${DISKS}/${disk.name}`),
      })
      return this.begin(202, { looksLeft: 1, end })
    }
    if (action !== 'endGetAccess') throw new Refused(404, 'NotFound', `There is no action ${action}`)
    const end = async (): Promise<void> => {
      for (const [signature, opened] of this.blobs.grants)
        if (opened.endsWith(`/${DISKS}/${disk.name}`)) this.blobs.grants.delete(signature)
      const { body: content } = await this.blobs.ask('GET', `${DISKS}/${disk.name}`)
      disk.diskState = 'Unattached'
      checkVhd(content)
      disk.content = content
    }
    return this.begin(202, { looksLeft: 1, end })
  }

  private async remove(found: Resource): Promise<ArmAnswer> {
    const child = [...this.resources.keys()].find((key) => key.startsWith(`${found.id.toLowerCase()}/`))
    if (child !== undefined)
      throw new Refused(409, 'CannotDeleteResource', `Can not delete resource before nested resources are deleted: ${child}`)
    if (found.diskState === 'ActiveUpload') throw new Refused(409, 'OperationNotAllowed', `Disk ${found.name} is in active upload`)
    const end = async (): Promise<void> => {
      this.resources.delete(found.id.toLowerCase())
      if (found.kind === 'disks') await this.blobs.ask('DELETE', `${DISKS}/${found.name}`)
    }
    return this.begin(202, { looksLeft: 1, end })
  }

  private begin(status: number, operation: Operation): ArmAnswer {
    const id = randomUUID()
    this.operations.set(id, operation)
    const address = `${this.addresses.manager}/operations/${id}?api-version=2024-01-01`
    return {
      status,
      headers: { 'azure-asyncoperation': address, location: address.replace('/operations/', '/results/'), 'retry-after': '0' },
    }
  }

  private async lookAt(id: string): Promise<ArmAnswer> {
    const operation = this.operations.get(id)
    if (operation === undefined) throw new Refused(404, 'NotFound', 'There is no such operation')
    if (operation.looksLeft > 0 && --operation.looksLeft === 0) {
      try {
        operation.output = await operation.end()
      } catch (thrown) {
        if (!(thrown instanceof Refused)) throw thrown
        operation.error = { code: thrown.code, message: thrown.message }
      }
    }
    const headers = { 'retry-after': '0' }
    if (operation.looksLeft > 0) return { status: 200, headers, body: { status: 'InProgress', percentComplete: 40 } }
    if (operation.error !== undefined) return { status: 200, headers, body: { status: 'Failed', error: operation.error } }
    return { status: 200, headers, body: { status: 'Succeeded' } }
  }

  /** Where `Location` leads to: what an action gave, once it is over. */
  private resultOf(id: string): ArmAnswer {
    const { looksLeft = 1, output, error } = this.operations.get(id) ?? {}
    if (looksLeft > 0) return { status: 202, headers: { 'retry-after': '0' } }
    if (error !== undefined) throw new Refused(409, error.code, error.message)
    return output === undefined ? { status: 200 } : { status: 200, body: output }
  }

  private shown({ id, name, body, diskState, provisioning }: Resource): Json {
    const properties = { ...(body.properties as Json), provisioningState: provisioning, ...(diskState === undefined ? {} : { diskState }) }
    return { ...body, id, name, properties }
  }
}

function list(value: readonly unknown[]): ArmAnswer {
  return { status: 200, body: { value } }
}

/** Microsoft, "Virtual Hard Disk Image Format Specification": the last 512 bytes of a fixed disk. */
function checkVhd(content: Buffer): void {
  const footer = content.subarray(content.length - 512)
  const refuse = (why: string): Refused =>
    new Refused(400, 'InvalidVhd', `The specified cookie value in VHD footer indicates that disk is not supported: ${why}`)
  if (footer.subarray(0, 8).toString('latin1') !== 'conectix') throw refuse("expected 'conectix'")
  const sum = footer.reduce((total, byte, index) => (index >= 64 && index < 68 ? total : total + byte), 0)
  if (footer.readUInt32BE(64) !== ~sum >>> 0) throw refuse('its checksum is wrong')
  if (footer.readUInt32BE(60) !== 2) throw refuse('it is not fixed')
  if (footer.readBigUInt64BE(48) !== BigInt(content.length - 512)) throw refuse('its size is not that of the disk')
}
