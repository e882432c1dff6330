import fs from 'node:fs'

/** Where Debian's python3-botocore keeps the models of AWS's services, as AWS publishes them. */
const FOLDER = '/usr/lib/python3/dist-packages/botocore/data'

export interface Shape {
  readonly type: string
  readonly members?: Readonly<Record<string, Member>>
  readonly member?: Member
  readonly required?: readonly string[]
  readonly enum?: readonly string[]
  readonly min?: number
  readonly max?: number
  readonly pattern?: string
}

interface Member {
  readonly shape: string
  readonly locationName?: string
  readonly queryName?: string
  readonly location?: string
}

export interface Model {
  readonly shapes: Readonly<Record<string, Shape>>
  readonly operations: Readonly<
    Record<string, { readonly input?: { readonly shape: string }; readonly output?: { readonly shape: string } }>
  >
}

/** What the EC2 API reference has and the model of Debian 12 (December 2022) does not have yet. */
const LATER: Readonly<Record<string, Readonly<Record<string, Member>>>> = {
  RegisterImageRequest: { TagSpecifications: { shape: 'TagSpecificationList', locationName: 'TagSpecification' } },
  DescribeImagesRequest: { MaxResults: { shape: 'Integer' }, NextToken: { shape: 'String' } },
  DescribeImagesResult: { NextToken: { shape: 'String', locationName: 'nextToken' } },
  CopyImageRequest: { TagSpecifications: { shape: 'TagSpecificationList', locationName: 'TagSpecification' } },
}
const LATER_ENUMS: Readonly<Record<string, readonly string[]>> = { BootModeValues: ['uefi-preferred'] }

export function loadModel(service: string, version: string): Model {
  const model = JSON.parse(fs.readFileSync(`${FOLDER}/${service}/${version}/service-2.json`, 'utf8')) as Model
  const shapes = { ...model.shapes }
  for (const [name, members] of Object.entries(LATER)) {
    const shape = shapes[name]
    if (shape !== undefined) shapes[name] = { ...shape, members: { ...members, ...shape.members } }
  }
  for (const [name, values] of Object.entries(LATER_ENUMS)) {
    const shape = shapes[name]
    if (shape !== undefined) shapes[name] = { ...shape, enum: [...(shape.enum ?? []), ...values] }
  }
  return { ...model, shapes }
}

export type Value = string | number | boolean | readonly Value[] | { readonly [name: string]: Value }
export type Values = Readonly<Record<string, Value>>

/** A request that the model does not have. */
export class ShapeError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message)
  }
}

export function shapeOf(model: Model, name: string): Shape {
  const shape = model.shapes[name]
  if (shape === undefined) throw new Error(`the model has no shape ${name}`)
  return shape
}

/** Checks a value of JSON, of a header or of a path against its shape. Throws `ShapeError`. */
export function checkShape(model: Model, name: string, value: unknown, path: string): Value {
  const shape = shapeOf(model, name)
  const wrong = (why: string): ShapeError => new ShapeError('InvalidParameterValue', `${path} ${why}`)
  switch (shape.type) {
    case 'structure': {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong('is not a structure')
      const members = shape.members ?? {}
      for (const key of Object.keys(value)) if (!(key in members)) throw new ShapeError('UnknownParameter', `${path} has no ${key}`)
      for (const key of shape.required ?? []) if (!(key in value)) throw new ShapeError('MissingParameter', `${path} lacks ${key}`)
      return Object.fromEntries(
        Object.entries(value).map(([key, item]) => [key, checkShape(model, members[key]?.shape ?? '', item, `${path}.${key}`)]),
      )
    }
    case 'list':
      if (!Array.isArray(value)) throw wrong('is not a list')
      return value.map((item, at) => checkShape(model, shape.member?.shape ?? '', item, `${path}.${at + 1}`))
    case 'integer':
    case 'long': {
      const number = typeof value === 'number' ? value : Number(value)
      if (!Number.isInteger(number)) throw wrong(`is no whole number: ${String(value)}`)
      if (number < (shape.min ?? -Infinity) || number > (shape.max ?? Infinity)) throw wrong(`is out of its bounds: ${number}`)
      return number
    }
    case 'double': {
      if (typeof value !== 'number') throw wrong('is no number')
      return value
    }
    case 'boolean':
      if (value !== true && value !== false && value !== 'true' && value !== 'false') throw wrong('is neither true nor false')
      return value === true || value === 'true'
    default: {
      if (typeof value !== 'string') throw wrong('is not a text')
      if (shape.enum !== undefined && !shape.enum.includes(value)) throw wrong(`is not one of ${shape.enum.join(', ')}: ${value}`)
      if (value.length < (shape.min ?? 0) || value.length > (shape.max ?? Infinity)) throw wrong(`has ${value.length} letters`)
      if (shape.pattern !== undefined && !new RegExp(`^(?:${shape.pattern})$`).test(value))
        throw wrong(`does not fit ${shape.pattern}: ${value}`)
      return value
    }
  }
}

/** The members of a query in the protocol `ec2`: names with dots, lists counted from 1 (botocore, "EC2 query protocol"). Throws `ShapeError`. */
export function readQuery(model: Model, shapeName: string, params: ReadonlyMap<string, string>): Values {
  const used = new Set(['Action', 'Version'])
  const read = (name: string, prefix: string): unknown => {
    const shape = shapeOf(model, name)
    if (shape.type === 'structure') {
      const entries = Object.entries(shape.members ?? {}).flatMap(([key, member]): [string, unknown][] => {
        const found = read(member.shape, `${prefix === '' ? '' : `${prefix}.`}${queryName(key, member)}`)
        return found === undefined ? [] : [[key, found]]
      })
      return entries.length === 0 && prefix !== '' ? undefined : Object.fromEntries(entries)
    }
    if (shape.type === 'list') {
      const items: unknown[] = []
      for (let at = 1; hasPrefix(params, `${prefix}.${at}`); at++) items.push(read(shape.member?.shape ?? '', `${prefix}.${at}`))
      return items.length === 0 ? undefined : items
    }
    if (params.has(prefix)) used.add(prefix)
    return params.get(prefix)
  }
  const values = read(shapeName, '')
  for (const key of params.keys()) if (!used.has(key)) throw new ShapeError('UnknownParameter', `The parameter ${key} is not recognized`)
  return checkShape(model, shapeName, values, 'Request') as Values
}

function queryName(key: string, { queryName: own, locationName }: Member): string {
  if (own !== undefined) return own
  const name = locationName ?? key
  return name.slice(0, 1).toUpperCase() + name.slice(1)
}

function hasPrefix(params: ReadonlyMap<string, string>, prefix: string): boolean {
  for (const key of params.keys()) if (key === prefix || key.startsWith(`${prefix}.`)) return true
  return false
}

/** XML of an answer in the protocol `ec2`: lists have elements `item`. */
export function writeXml(model: Model, shapeName: string, value: Value): string {
  const shape = shapeOf(model, shapeName)
  if (shape.type === 'structure') {
    return Object.entries(value as Values)
      .map(([key, item]) => {
        const member = shape.members?.[key]
        if (member === undefined) throw new Error(`${shapeName} has no ${key}`)
        const tag = member.locationName ?? key
        return `<${tag}>${writeXml(model, member.shape, item)}</${tag}>`
      })
      .join('')
  }
  if (shape.type === 'list') {
    const tag = shape.member?.locationName ?? 'item'
    return (value as readonly Value[]).map((item) => `<${tag}>${writeXml(model, shape.member?.shape ?? '', item)}</${tag}>`).join('')
  }
  return escapeXml(textIn(value))
}

/** A text of a request; an empty one where there is none. */
export function textIn(value: Value | undefined): string {
  return typeof value === 'object' || value === undefined ? '' : String(value)
}

export function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
