import { argumentRows } from '../argument-row.js'

/** Drivers of disks and of what lies between them and file systems. */
export const STORAGE_ROWS = [
  ...argumentRows('Storage', 'module', [
    ['nvme_core.io_timeout=SECONDS', 'How long an NVMe request may take; clouds advise a very long time.'],
    ['nvme_core.admin_timeout=SECONDS', 'How long an NVMe administration command may take.'],
    ['nvme_core.default_ps_max_latency_us=MICROSECONDS', 'How deep NVMe disks may sleep; 0 keeps them awake.'],
    ['nvme_core.multipath=Y|N', 'Whether NVMe paths are joined in the kernel.'],
    ['nvme_core.max_retries=COUNT', 'How often an NVMe request is repeated.'],
    ['nvme_core.NAME=VALUE', 'A setting of the NVMe core.', 'multiple'],
    ['nvme.NAME=VALUE', 'A setting of the NVMe driver for PCI.', 'multiple'],
    ['scsi_mod.use_blk_mq=Y|N', 'Whether SCSI uses several queues; kernels since 5.0 always do.'],
    ['sd_mod.NAME=VALUE', 'A setting of SCSI disks.', 'multiple'],
    ['hv_storvsc.NAME=VALUE', 'A setting of disks on Hyper-V and Azure.', 'multiple'],
    ['virtio_blk.NAME=VALUE', 'A setting of virtio disks.', 'multiple'],
    ['xen_blkfront.NAME=VALUE', 'A setting of Xen disks.', 'multiple'],
    ['vmw_pvscsi.NAME=VALUE', 'A setting of the VMware paravirtual SCSI adapter.', 'multiple'],
    ['mpt3sas.NAME=VALUE', 'A setting of Broadcom SAS adapters.', 'multiple'],
    ['dm_multipath.NAME=VALUE', 'A setting of device-mapper multipath.', 'multiple'],
    ['loop.max_loop=COUNT', 'How many loop devices are made at boot.'],
  ]),
  ...argumentRows('Storage', 'kernel', [
    ['libata.force=[PORT:]SETTING', 'Corrections for ATA ports and disks.'],
    ['libata.noacpi', 'Does not use ACPI for ATA disks.'],
    ['libata.dma=MASK', 'Which ATA devices use DMA.'],
    ['usb-storage.quirks=VID:PID:FLAGS', 'Corrections for USB disks.'],
    ['usb-storage.delay_use=SECONDS', 'How long a new USB disk is left alone.'],
    ['max_loop=COUNT', 'How many loop devices are made at boot.'],
    ['raid=OPTIONS', 'Whether RAID sets are assembled by the kernel itself.'],
    ['floppy=OPTIONS', 'Settings of the floppy disk driver.'],
    ['zfcp.NAME=VALUE', 'A setting of the Fibre Channel driver of IBM Z.', 'multiple'],
  ]),
  ...argumentRows('Storage', 'kernelDocs', [
    ['scsi_mod.scan=sync|async|none|manual', 'How SCSI buses are searched.'],
    ['scsi_mod.dev_flags=VENDOR:MODEL:FLAGS', 'Corrections for SCSI devices.'],
    ['scsi_mod.default_dev_flags=FLAGS', 'Corrections for all SCSI devices.'],
    ['scsi_mod.NAME=VALUE', 'A setting of the SCSI core.', 'multiple'],
    ['elevator=NAME', 'Chose an I/O scheduler; without effect since kernel 5.0.'],
    ['dm-mod.create=TABLE', 'Device-mapper devices that the kernel makes itself at boot.', 'multiple'],
    ['md=NUMBER,DEVICES', 'A software RAID set that the kernel assembles itself.', 'multiple'],
    ['blkdevparts=DEVICE:PARTITIONS', 'Partitions of devices that have no partition table.'],
  ]),
]
