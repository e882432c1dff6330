import { expect, test } from 'vitest'
import { machinePreset } from '#shared/boot-test/machine-presets'
import { type MachinePlan, machineArgs, machineTool } from './machine-args.js'

const PLAN: MachinePlan = {
  type: 'q35',
  accelerator: 'tcg',
  cpu: 'max',
  cpus: 2,
  memoryBytes: 1024 ** 3,
  firmware: null,
  disk: { driver: 'qcow2', path: '/run/a,b/run.qcow2', backing: { driver: 'raw', path: '/images/disk.raw' } },
  diskBus: 'virtio',
  preset: machinePreset(undefined),
  network: 'none',
  discs: [],
  seedDisk: null,
  ignition: null,
  serialPipes: '/run/a,b/serial',
  sockets: { qmp: '/run/a,b/qmp.sock', tpm: null, link: null, vnc: '/run/a,b/vnc.sock' },
}

function args(change: Partial<MachinePlan>): string {
  return machineArgs({ ...PLAN, ...change }).join(' ')
}

test('the disk is opened with every format named, and only the overlay can be written to', () => {
  const given = machineArgs(PLAN)
  const disk = JSON.parse(given[given.indexOf('-blockdev') + 1] ?? '')
  expect(disk).toMatchObject({
    'node-name': 'disk0',
    driver: 'qcow2',
    'read-only': false,
    backing: { driver: 'raw', 'read-only': true, file: { filename: '/images/disk.raw', 'read-only': true } },
  })
})

test('commas in paths are doubled', () => {
  expect(args({})).toContain('pipe,id=serial0,path=/run/a,,b/serial')
  expect(args({ ignition: '/x,y' })).toContain('name=opt/com.coreos/config,file=/x,,y')
})

test('without a network there is no card, with one SSH is forwarded on loopback alone', () => {
  expect(args({})).not.toMatch(/netdev|nic/)
  expect(args({ network: 'user' })).toContain('-netdev user,id=net0,hostfwd=tcp:127.0.0.1:0-:22 -device virtio-net-pci,netdev=net0')
})

test('with a link the card leads to this program, and from there to the network of qemu', () => {
  const link = { guest: '/run/a,b/guest.sock', network: '/run/net.sock' }
  const given = args({ sockets: { ...PLAN.sockets, link } })
  expect(given).toContain('-netdev user,id=user0 -netdev stream,id=far0,server=off,addr.type=unix,addr.path=/run/net.sock')
  expect(given).toContain(
    '-netdev stream,id=net0,server=off,addr.type=unix,addr.path=/run/a,,b/guest.sock -device virtio-net-pci,netdev=net0',
  )
  expect(given).not.toContain('hostfwd')
  expect(args({ sockets: { ...PLAN.sockets, link }, network: 'user' })).toContain('user,id=user0,hostfwd=tcp:127.0.0.1:0-:22')
})

test('a disc boots before the disk, or after it', () => {
  const first = args({ discs: [{ path: '/a.iso', bootFirst: true }] })
  expect(first).toMatch(/drive=disk0,bootindex=1 .*ide-cd,bus=ide\.5,drive=disc0,bootindex=0/)
  const second = args({ type: 'pc', discs: ['/a.iso', '/b.iso'].map((path) => ({ path, bootFirst: false })) })
  expect(second).toMatch(/drive=disk0,bootindex=0 .*bus=ide\.1,unit=1,drive=disc0,bootindex=2 .*bus=ide\.0,unit=1,drive=disc1,bootindex=3/)
})

test('BIOS speaks on the serial console, UEFI lies in two flash chips', () => {
  expect(args({})).toContain('-machine q35,accel=tcg,graphics=off')
  const chips = { code: { path: '/CODE.fd', format: 'raw' }, vars: { path: '/run/vars.fd', format: 'raw' } } as const
  const uefi = args({ firmware: { ...chips, smm: false } })
  expect(uefi).toContain('if=pflash,unit=0,format=raw,readonly=on,file=/CODE.fd -drive if=pflash,unit=1,format=raw,file=/run/vars.fd')
  expect(uefi).not.toMatch(/graphics=off|smm/)
  expect(args({ firmware: { ...chips, smm: true } })).toMatch(/q35,accel=tcg,smm=on .*driver=cfi\.pflash01,property=secure,value=on/)
})

test.each([
  ['virtio', 'q35', 'virtio-blk-pci,drive=disk0'],
  ['nvme', 'q35', 'nvme,serial=diskwright0,drive=disk0'],
  ['scsi', 'q35', '-device virtio-scsi-pci,id=scsi0'],
  ['sata', 'q35', 'ide-hd,bus=ide.0,drive=disk0'],
  ['sata', 'pc', 'ide-hd,bus=ahci0.0,drive=disk0'],
  ['ide', 'pc', 'ide-hd,bus=ide.0,drive=disk0'],
] as const)('a disk on %s of %s', (diskBus, type, device) => {
  expect(args({ diskBus, type })).toContain(device)
})

test('a platform shows its names and its controller', () => {
  const vmware = args({ preset: machinePreset('vmware'), diskBus: 'scsi' })
  expect(vmware).toContain('-smbios type=1,manufacturer=VMware,, Inc.,product=VMware7,,1')
  expect(vmware).toContain('-device pvscsi,id=scsi0')
  expect(args({ preset: machinePreset('azure') })).toContain('-smbios type=3,asset=7783-7084-3265-9085-8269-3286-77')
})

test.each([
  ['virtio', 'virtio-tablet-pci', {}],
  ['scsi', 'virtio-tablet-pci', {}],
  ['scsi', 'qemu-xhci,id=usb0 -device usb-tablet,bus=usb0.0', { preset: machinePreset('vmware') }],
  ['nvme', 'qemu-xhci,id=usb0 -device usb-tablet,bus=usb0.0', {}],
  ['ide', 'qemu-xhci,id=usb0 -device usb-tablet,bus=usb0.0', { type: 'pc' }],
] as const)('a guest on %s gets the pointer that it knows, behind all other devices', (diskBus, devices, more) => {
  expect(args({ diskBus, ...more }).endsWith(`-device ${devices}`)).toBe(true)
})

const CHIPS = { code: { path: '/AAVMF.fd', format: 'raw' }, vars: { path: '/run/vars.fd', format: 'raw' }, smm: false } as const
const ARM: Partial<MachinePlan> = { type: 'virt', cpu: 'max,pauth-impdef=on', firmware: CHIPS, preset: machinePreset(undefined, 'aarch64') }

test('a machine of 64-bit ARM has another program, interrupt controller and screen, and a keyboard', () => {
  expect([machineTool(PLAN), machineTool({ type: 'virt' })]).toEqual(['qemu-system-x86_64', 'qemu-system-aarch64'])
  const given = args(ARM)
  expect(given).toContain('-machine virt,accel=tcg,gic-version=max -cpu max,pauth-impdef=on')
  expect(given).toContain('-device virtio-gpu-pci')
  expect(given).toContain('if=pflash,unit=0,format=raw,readonly=on,file=/AAVMF.fd')
  expect(given).toMatch(/usb-kbd,bus=usb0\.0 -device usb-tablet,bus=usb0\.0 -device virtio-keyboard-pci -device virtio-tablet-pci$/)
  expect(given).not.toMatch(/VGA|ide|graphics=off/)
})

test.each([
  ['virtio', 'virtio-blk-pci,drive=disk0'],
  ['nvme', 'nvme,serial=diskwright0,drive=disk0'],
  ['scsi', '-device virtio-scsi-pci,id=scsi0'],
  ['usb', 'usb-storage,bus=usb0.0,drive=disk0'],
] as const)('a disk on %s of 64-bit ARM, behind its controller', (diskBus, device) => {
  const given = args({ ...ARM, diskBus, discs: [{ path: '/a.iso', bootFirst: true }], sockets: { ...PLAN.sockets, tpm: '/run/tpm.sock' } })
  expect(given).toContain(device)
  expect(given).toContain('scsi-cd,bus=discs0.0,drive=disc0,bootindex=0')
  expect(given).toContain('tpm-tis-device,tpmdev=tpm1')
  expect(given.indexOf('qemu-xhci,id=usb0')).toBeLessThan(given.indexOf('drive=disk0'))
  expect(given.match(/qemu-xhci/g)).toHaveLength(1)
})
