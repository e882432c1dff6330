import fc from 'fast-check'
import { expect, test } from 'vitest'
import { explainArgument } from './explain-argument.js'
import { argumentGroup } from './find-argument.js'
import { IGNITION_PLATFORMS } from './ignition-platforms.js'

test.each([
  ['console=ttyS0,115200n8', 'serial port 1 (ttyS0, COM1 on a PC), 115200 baud, no parity, 8 bits'],
  ['console=ttyS1,38400e7r', 'serial port 2 (ttyS1, COM2 on a PC), 38400 baud, even parity, 7 bits, hardware flow control'],
  ['console=ttyAMA0,115200', 'Arm PL011 serial port 1, 115200 baud, no parity, 8 bits'],
  ['console=ttyS0', 'serial port 1 (ttyS0, COM1 on a PC), 9600 baud, no parity, 8 bits, unless its driver knows better'],
  ['console=tty0', 'the screen, on whichever text screen is shown'],
  ['console=tty2', 'text screen 2'],
  ['console=hvc0', 'hypervisor console 1 (virtio, Xen or Power)'],
  ['console=null', 'no console: kernel messages are thrown away'],
  ['console=', 'no console: kernel messages are thrown away'],
  ['console=uart8250,io,0x3f8,115200n8', 'a serial port at io 0x3f8, 115200 baud, no parity, 8 bits'],
  ['console=brl,ttyS0', 'a braille device on ttyS0'],
  ['ip=dhcp', 'an address by DHCP on every interface'],
  ['ip=ens3:dhcp6', 'an address by DHCP for IPv6 on ens3'],
  ['ip=ens3:dhcp:9000', 'an address by DHCP on ens3, MTU 9000'],
  ['ip=10.0.0.2::10.0.0.1:255.255.255.0:node1:ens3:none', 'address 10.0.0.2 with mask 255.255.255.0, gateway 10.0.0.1, on ens3, as node1'],
  ['ip=[2001:db8::2]::[2001:db8::1]:64::ens3:none', 'address [2001:db8::2] with mask 64, gateway [2001:db8::1], on ens3'],
  ['ip=::::node1:ens3:dhcp', 'an address by DHCP, on ens3, as node1'],
  ['root=UUID=d51e-11', 'the file system with the UUID d51e-11'],
  ['root="LABEL=my root"', 'the file system with the label my root'],
  ['"root=LABEL=my root"', 'the file system with the label my root'],
  ['root=PARTUUID=1-02', 'the GPT or MBR partition with the id 1-02'],
  ['root=/dev/sda2', 'the device /dev/sda2; such names may change from boot to boot'],
  ['root=/dev/mapper/vg-root', 'the mapped device vg-root (LVM, LUKS or multipath)'],
  ['root=/dev/vg/root', 'the logical volume vg/root'],
  ['root=live:CDLABEL=X', 'a live image'],
  ['root=/dev/nfs', 'the NFS share that nfsroot= names'],
  ['ignition.platform.id=vmware', 'VMware: guestinfo.ignition.config.data, or the OVF environment'],
  ['ignition.platform.id=oci', 'Oracle Cloud, as OCK calls it: user_data of the instance'],
  ['ostree=/ostree/boot.1/fedora-coreos/4c63/0', 'a deployment of fedora-coreos'],
  ['selinux=0', 'off'],
  ['enforcing=0', 'permissive: only logs'],
  ['fips=1', 'on'],
  ['rd.neednet=1', 'on'],
  ['net.ifnames=0', 'kernel names such as eth0'],
  ['nvme_core.io_timeout=4294967295', 'never times out'],
  ['rd.timeout=0', 'waits for ever'],
  ['panic=10', '10 seconds'],
  ['panic=-1', 'restarts at once'],
  ['loglevel=3', 'critical errors and worse on the console'],
  ['loglevel=7', 'information and worse on the console'],
  ['loglevel=8', 'all messages on the console'],
  ['crashkernel=256M', '256 MiB'],
  ['init=/bin/bash', 'a root shell instead of the system, without a password'],
  ['systemd.unit=rescue.target', 'a rescue shell with root rights'],
  ['ds=nocloud;s=http://10.0.0.1/', 'a seed on a disk, in the image or at an address (NoCloud), with s=http://10.0.0.1/'],
  ['isolcpus=1-3', 'processors 1-3'],
])('%s means: %s', (arg, meaning) => {
  expect(explainArgument(arg)?.meaning).toBe(meaning)
})

test.each(['quiet', 'console=strange', 'ip=strange', 'loglevel=high', 'crashkernel=1G-4G:192M', 'init=/sbin/init', 'rd.break=mount'])(
  'nothing is made up about the value of %s',
  (arg) => {
    expect(explainArgument(arg)).toMatchObject({ meaning: null })
  },
)

test('a help has the document that it comes from', () => {
  expect(explainArgument('console=tty0')).toMatchObject({
    name: 'console',
    group: 'Console',
    values: 'console=DEVICE[,OPTIONS]',
    multiple: true,
    takesValue: 'required',
    source: 'Documentation/admin-guide/kernel-parameters.txt',
  })
  expect(explainArgument('rd.break')?.source).toBe('dracut.cmdline(7)')
})

test('every platform of Ignition says where its config comes from', () => {
  for (const id of IGNITION_PLATFORMS.keys()) expect(explainArgument(`ignition.platform.id=${id}`)?.meaning).toBeTruthy()
  expect(explainArgument('ignition.platform.id=constructor')?.meaning).toBeNull()
})

test.each([
  ['root=UUID=d51ed1e5', 'Root'],
  ['rw', 'Root'],
  ['ostree=/ostree/boot.1/ock/4c63/0', 'Root'],
  ['rd.luks.uuid=1', 'Root'],
  ['console=ttyS0,115200n8', 'Console'],
  ['quiet', 'Console'],
  ['ignition.platform.id=qemu', 'Ignition'],
  ['ignition.firstboot', 'Ignition'],
  ['ds=nocloud', 'Cloud'],
  ['ip=dhcp', 'Network'],
  ['rd.neednet=1', 'Network'],
  ['rd.net.timeout.route=3', 'Network'],
  ['selinux=0', 'Security'],
  ['mitigations=off', 'Security'],
  ['nvme_core.io_timeout=4294967295', 'Storage'],
  ['intel_iommu=on', 'Hardware'],
  ['systemd.firstboot=off', 'System'],
  ['systemd.some_new_setting', 'System'],
  ['dyndbg="file drivers/usb/* +p"', 'Debug'],
  ['crashkernel=auto', 'Debug'],
  ['unheard-of=1', 'Other'],
  ['$tuned_params', 'Other'],
])('%s is shown under %s', (arg, group) => {
  expect(argumentGroup(arg)).toBe(group)
})

test('any text can be explained or not, and never throws', () => {
  const keys = fc.constantFrom('console', 'ip', 'root', 'ostree', 'loglevel', 'ds', 'init', 'crashkernel', 'rd.luks.name', 'selinux')
  const arg = fc.oneof(
    fc.string(),
    fc.tuple(keys, fc.string()).map(([key, value]) => `${key}=${value}`),
    fc.string().map((text) => `"${text}`),
  )
  fc.assert(
    fc.property(arg, (text) => {
      const help = explainArgument(text)
      expect(argumentGroup(text)).toBe(help?.group ?? 'Other')
    }),
  )
})
