import { AppError } from '#shared/errors/app-error'
import type { Ova } from './ova-members.js'
import type { Place } from './places.js'
import { refXml, type VimSession } from './soap.js'
import { childrenOf, childText, escapeXml, findElement, parseXml, type XmlElement } from './xml.js'

export interface ImportSpec {
  readonly spec: XmlElement
  /** Files to send, by the id of the device that they become. */
  readonly files: readonly { readonly device: string; readonly path: string }[]
}

/** What vSphere makes of the descriptor; it is given back as it is (`OvfManager.CreateImportSpec`). */
export async function importSpec(vim: VimSession, ova: Ova, name: string, { datastore, pool, network }: Place): Promise<ImportSpec> {
  const networks =
    network === null
      ? []
      : networkNames(ova.ovf).map(
          (one) => `<networkMapping><name>${escapeXml(one)}</name>${refXml('network', network.ref)}</networkMapping>`,
        )
  const cisp = `<cisp><locale></locale><deploymentOption></deploymentOption><entityName>${escapeXml(name)}</entityName>${networks.join('')}<diskProvisioning>thin</diskProvisioning></cisp>`
  const answer = await vim.call(
    'CreateImportSpec',
    vim.ovfManager,
    `<ovfDescriptor>${escapeXml(ova.ovf)}</ovfDescriptor>${refXml('resourcePool', pool.ref)}${refXml('datastore', datastore.ref)}${cisp}`,
  )
  const value = findElement(answer, 'returnval')
  const [error] = value === null ? [] : childrenOf(value, 'error')
  if (error !== undefined) {
    throw new AppError('cloud-refused', {
      details: { service: 'vSphere', what: 'the descriptor', reason: childText(error, 'localizedMessage') || 'It gave no reason' },
    })
  }
  const [spec] = value === null ? [] : childrenOf(value, 'importSpec')
  if (value === null || spec === undefined)
    throw new AppError('cloud-failed', { details: { service: 'vSphere', reason: 'It made nothing of the descriptor' } })
  const files = childrenOf(value, 'fileItem').map((item) => ({ device: childText(item, 'deviceId'), path: childText(item, 'path') }))
  return { spec, files }
}

function networkNames(ovf: string): string[] {
  const section = findElement(parseXml(ovf), 'NetworkSection')
  if (section === null) return []
  return childrenOf(section, 'Network').flatMap(({ attributes }) => {
    const name = Object.entries(attributes).find(([key]) => key.replace(/^.*:/, '') === 'name')?.[1]
    return name === undefined ? [] : [name]
  })
}
