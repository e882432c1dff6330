import type { ArtifactId } from '../../platforms/artifact-ids.js'
import type { FieldValues } from '../field.js'
import { textOf } from '../read-values.js'
import type { SourceFacts } from '../source-facts.js'

/** `object`: one file. `tags`: a folder per tag. `kernels`: kernels by their version, beside root file systems of any tag. */
export type S3Layout = 'object' | 'tags' | 'kernels'
export type S3Format = 'source' | 'raw' | 'qcow2' | 'vmdk' | 'vhdx' | 'vhd' | 'tar.gz'

export function s3Layout(values: FieldValues, facts: SourceFacts | null): S3Layout {
  const chosen = textOf(values, 'layout')
  if (chosen === 'object' || chosen === 'tags' || chosen === 'kernels') return chosen
  return facts?.kind === 'squashfs' ? 'tags' : 'object'
}

export function isNetboot(values: FieldValues, facts: SourceFacts | null): boolean {
  return s3Layout(values, facts) !== 'object'
}

export const S3_ARTIFACTS: Readonly<Partial<Record<S3Format, ArtifactId>>> = {
  qcow2: 'libvirt-qcow2',
  vmdk: 'vmware-vmdk',
  vhdx: 'hyperv-vhdx',
  vhd: 'azure-vhd',
  'tar.gz': 'gcp-tar',
}

export function s3Format(values: FieldValues, facts: SourceFacts | null): S3Format {
  const chosen = textOf(values, 'format')
  if (facts !== null && facts.kind !== 'disk' && facts.kind !== 'ova') return 'source'
  if (chosen === 'raw' || chosen in S3_ARTIFACTS) return chosen as S3Format
  return 'source'
}

/** Name of the file with the ending of the format. */
export function defaultKey(values: FieldValues, facts: SourceFacts): string {
  const base = facts.path.split('/').at(-1) ?? 'image'
  const format = s3Format(values, facts)
  if (format === 'source') return base
  return `${base.replace(/\.(raw|img|qcow2|vmdk|vdi|vhdx|vhd|ova|tar\.gz)(\.(gz|xz|zst|bz2))?$/i, '')}.${format}`
}

export type S3Role = 'image' | 'rootfs' | 'kernel' | 'initramfs' | 'manifest'

/** Names of the objects, in the order in which they are sent: what names the others comes last. */
export function s3Keys(values: FieldValues, facts: SourceFacts | null): readonly (readonly [S3Role, string])[] {
  const prefix = textOf(values, 'prefix')
  const [name, tag, os, version] = ['imageName', 'tag', 'osId', 'osVersion'].map((id) => textOf(values, id)) as [
    string,
    string,
    string,
    string,
  ]
  switch (s3Layout(values, facts)) {
    case 'object':
      return [['image', `${prefix}${textOf(values, 'key')}`]]
    case 'tags': {
      const folder = `${withSlash(prefix)}${os}/${version}/${name}/${tag}`
      return [
        ['rootfs', `${folder}/rootfs.squashfs`],
        ['kernel', `${folder}/kernel`],
        ['initramfs', `${folder}/initramfs`],
        ['manifest', `${folder}/manifest.json`],
      ]
    }
    case 'kernels': {
      const kernel = textOf(values, 'kernelVersion')
      const rootfs = `${prefix}${os}${version}-${name}-${tag}`
      return [
        ['rootfs', rootfs],
        ['kernel', `efi-images/${prefix}vmlinuz-${kernel}`],
        ['initramfs', `efi-images/${prefix}initramfs-${kernel}.img`],
        ['manifest', `${rootfs}.manifest.json`],
      ]
    }
  }
}

function withSlash(prefix: string): string {
  return prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`
}
