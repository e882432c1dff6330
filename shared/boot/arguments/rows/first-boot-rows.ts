import { argumentRows } from '../argument-row.js'

/** What configures an image at its first boot: Ignition and its kin, cloud-init, the CoreOS installer. */
export const FIRST_BOOT_ROWS = [
  ...argumentRows('Ignition', 'ignition', [
    ['ignition.platform.id=ID', 'The platform, which tells Ignition where its config comes from.'],
    ['ignition.firstboot[=1]', 'Tells that this is the first boot, so Ignition runs.'],
    ['ignition.config.url=URL', 'The address that Ignition fetches its config from.'],
    ['ignition.NAME=VALUE', 'A setting of Ignition.', 'multiple'],
  ]),
  ...argumentRows('Ignition', 'coreosInstaller', [
    ['coreos.inst.install_dev=DEVICE', 'Installs CoreOS on this disk without asking, and overwrites what it holds.'],
    ['coreos.inst.ignition_url=URL', 'The Ignition config that is put into the installed system.'],
    ['coreos.inst.image_url=URL', 'The CoreOS image that is installed.'],
    ['coreos.inst.platform_id=ID', 'The Ignition platform id of the installed system.'],
    ['coreos.inst.stream=NAME', 'The Fedora CoreOS stream that is installed.'],
    ['coreos.inst.insecure', 'Installs an image without a valid signature.'],
    ['coreos.inst.skip_reboot', 'Does not restart after installing.'],
    ['coreos.inst.save_partlabel=GLOBS', 'Partitions that survive the installation, by label.'],
    ['coreos.inst.save_partindex=NUMBERS', 'Partitions that survive the installation, by number.'],
    ['coreos.inst.NAME=VALUE', 'A setting of the CoreOS installer.', 'multiple'],
  ]),
  ...argumentRows('Ignition', 'fedoraCoreos', [
    ['coreos.live.rootfs_url=URL', 'Where a CoreOS live system that was booted by PXE fetches its root file system.'],
    ['coreos.liveiso=LABEL', 'The label of the CoreOS live medium.'],
    ['coreos.no_persist_ip', 'Does not take the network arguments over into the installed system.'],
    ['coreos.force_persist_ip', 'Takes the network arguments over even when Ignition configures the network.'],
  ]),
  ...argumentRows('Ignition', 'flatcar', [
    ['flatcar.first_boot=1|detected', 'Tells that this is the first boot of Flatcar, so Ignition runs.'],
    ['flatcar.oem.id=ID', 'The platform of a Flatcar image.'],
    ['flatcar.config.url=URL', 'The address that Ignition fetches its config from on Flatcar.'],
    ['flatcar.autologin[=DEVICE]', 'Logs in without a password on the console.', 'multiple'],
    ['coreos.first_boot=1|detected', 'The first-boot flag under its old CoreOS Container Linux name.'],
    ['coreos.oem.id=ID', 'The platform under its old CoreOS Container Linux name.'],
    ['coreos.config.url=URL', 'The Ignition config address under its old CoreOS Container Linux name.'],
    ['flatcar.NAME=VALUE', 'A setting of Flatcar Container Linux.', 'multiple'],
  ]),
  ...argumentRows('Ignition', 'combustion', [
    ['combustion.firstboot', 'Tells that this is the first boot, so Combustion runs.'],
    ['combustion.url=URL', 'The address that Combustion fetches its script from.'],
    ['combustion.NAME=VALUE', 'A setting of Combustion.', 'multiple'],
  ]),
  ...argumentRows('Cloud', 'cloudInit', [
    ['ds=NAME[;KEY=VALUE]', 'The data source of cloud-init, such as nocloud, openstack or ec2, instead of looking for one.'],
    ['ci.ds=NAME', 'The data source of cloud-init, for the program that looks for it.'],
    ['cloud-init=enabled|disabled', 'Whether cloud-init runs.'],
    ['cloud-config-url=URL', 'A cloud-config that is fetched at boot.'],
    ['network-config=BASE64|disabled', 'Network configuration for cloud-init.'],
    ['cc:', 'cloud-config text up to end_cc, in an old and discouraged form.', 'multiple'],
  ]),
]
