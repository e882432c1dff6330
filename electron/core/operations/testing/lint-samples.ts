import fs from 'node:fs'
import path from 'node:path'
import type { LintExpectation } from '#shared/lint/finding'
import { makeContainerDisk, makeGoogle, makeOracle, makeOva, type Packing } from './package-samples.js'
import { streamVmdk } from './stream-vmdk.js'

export interface Sample {
  readonly file: string
  readonly expectation: LintExpectation
}

const MIB = 1024 * 1024

/** One good file of each kind, by the programs that people make them with today: qemu-img, tar, sfdisk, gzip. Names are those of the table of tests. */
export function makeSamples(folder: string, run: Packing['run']): Record<string, Sample> {
  const at = (name: string): string => path.join(folder, name)
  const disk = Buffer.alloc(8 * MIB)
  // What compresses badly, and is the same each time.
  let noise = 1
  for (let index = 0; index < 2 * MIB; index += 1) {
    noise = (Math.imul(noise, 1_103_515_245) + 12_345) >>> 0
    disk[3 * MIB + index] = noise >>> 16
  }
  fs.writeFileSync(at('disk.raw'), disk)
  run('sfdisk', ['-q', 'disk.raw'], folder, 'label: gpt\nstart=2048, size=8192\n')
  const convert = (format: string, options: string, name: string): void =>
    run('qemu-img', ['convert', '-f', 'raw', '-O', format, '-o', options, 'disk.raw', name], folder)
  convert('vpc', 'subformat=fixed,force_size=on', 'fixed.vhd')
  convert('vpc', 'subformat=dynamic,force_size=on', 'dynamic.vhd')
  convert('vhdx', 'subformat=dynamic', 'disk.vhdx')
  convert('vdi', 'static=off', 'disk.vdi')
  convert('qcow2', 'compat=1.1', 'disk.qcow2')
  convert('vmdk', 'subformat=monolithicSparse', 'sparse.vmdk')
  convert('vmdk', 'subformat=streamOptimized', 'qemu-stream.vmdk')
  convert('vmdk', 'subformat=monolithicFlat', 'flat.vmdk')
  fs.writeFileSync(at('stream.vmdk'), streamVmdk(fs.readFileSync(at('disk.raw')), 'stream.vmdk'))
  const packing: Packing = { folder, run }
  makeOva(packing, 'machine.ova')
  makeGoogle(packing, 'google.tar.gz')
  makeOracle(packing, 'oracle.oci')
  makeOracle(packing, 'oracle-gz.oci', { gzip: true })
  makeContainerDisk(packing, 'disk.oci.tar')
  return {
    raw: { file: at('disk.raw'), expectation: { format: 'raw' } },
    fixed: { file: at('fixed.vhd'), expectation: { format: 'vhd', subformat: 'fixed', container: null, platform: 'azure' } },
    dynamic: { file: at('dynamic.vhd'), expectation: { format: 'vhd', subformat: 'dynamic', platform: 'hyperv' } },
    vhdx: { file: at('disk.vhdx'), expectation: { artifact: 'hyperv-vhdx' } },
    vdi: { file: at('disk.vdi'), expectation: { artifact: 'virtualbox-vdi' } },
    qcow2: { file: at('disk.qcow2'), expectation: { artifact: 'openstack-qcow2' } },
    sparse: { file: at('sparse.vmdk'), expectation: { artifact: 'workstation-vmdk' } },
    stream: { file: at('stream.vmdk'), expectation: { artifact: 'vmware-vmdk' } },
    flat: { file: at('flat.vmdk'), expectation: { format: 'vmdk', subformat: 'monolithicFlat' } },
    ova: { file: at('machine.ova'), expectation: { artifact: 'vmware-ova' } },
    google: { file: at('google.tar.gz'), expectation: { artifact: 'gcp-tar' } },
    oracle: { file: at('oracle.oci'), expectation: { artifact: 'oci-archive' } },
    'oracle-gz': { file: at('oracle-gz.oci'), expectation: { artifact: 'oci-archive' } },
    containerdisk: { file: at('disk.oci.tar'), expectation: { artifact: 'kubevirt-containerdisk' } },
  }
}
