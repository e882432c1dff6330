import path from 'node:path'
import { CLEAN_TOPICS } from '#shared/edits/system-edits'
import { type Command, UsageError } from '../command.js'
import { customizeEdits, USER_OPTIONS } from '../customize-edits.js'
import { checkSaveOptions, SAVE_OPTIONS, saveEdits } from '../save-options.js'

export const customizeCommand: Command = {
  name: 'customize',
  summary: 'Change the system in an image: name, users, keys, units, first-boot configuration, clean-up',
  positionals: 'IMAGE',
  needs: '-o OUT|--in-place',
  counts: { min: 1, max: 1 },
  options: {
    hostname: { type: 'string', value: 'NAME', help: 'Name of the machine' },
    user: { type: 'string', multiple: true, value: 'NAME[:OPTIONS]', help: `Add a user. Options, with commas between: ${USER_OPTIONS}` },
    'ssh-key': { type: 'string', multiple: true, value: 'USER=FILE|KEY', help: 'Let a user log in with these keys' },
    enable: { type: 'string', multiple: true, value: 'UNIT', help: 'Start a systemd unit at boot' },
    disable: { type: 'string', multiple: true, value: 'UNIT', help: 'Do not start a systemd unit at boot' },
    mask: { type: 'string', multiple: true, value: 'UNIT', help: 'Keep a systemd unit from being started at all' },
    unmask: { type: 'string', multiple: true, value: 'UNIT', help: 'Take a mask away' },
    ignition: { type: 'string', value: 'FILE', help: 'Put an Ignition configuration in the image' },
    'ignition-delivery': { type: 'string', value: 'HOW', help: 'auto, initramfs or boot-file (default: as the system expects it)' },
    'cloud-user-data': { type: 'string', value: 'FILE', help: 'User data of a NoCloud seed for cloud-init' },
    'cloud-meta-data': { type: 'string', value: 'FILE', help: 'Its meta data (default: an instance id)' },
    'cloud-network-config': { type: 'string', value: 'FILE', help: 'Its network configuration' },
    'cloud-only-seed': { type: 'boolean', help: 'Let cloud-init look at this seed only' },
    'reset-machine-id': { type: 'boolean', help: 'Let the next boot make a new machine id' },
    clean: { type: 'string', multiple: true, value: 'LIST', help: `Remove what should not ship: ${CLEAN_TOPICS.join(',')}` },
    'new-uuid': { type: 'string', multiple: true, value: 'PARTITION', help: 'Give a file system a new UUID, and say so where it is named' },
    root: { type: 'string', value: 'PARTITION[:FOLDER]', help: 'Where the root of the system is (default: it is found)' },
    ...SAVE_OPTIONS,
  },
  examples: [
    'diskwright customize disk.qcow2 --hostname web --ssh-key root=~/.ssh/id_ed25519.pub -o web.qcow2',
    'diskwright customize disk.qcow2 --user ops:groups=wheel,nopasswd --ssh-key ops=ops.pub --enable sshd --in-place',
    'diskwright customize disk.qcow2 --clean ssh-host-keys,logs,shell-history --reset-machine-id --new-uuid 3 -o golden.qcow2',
    'diskwright customize ock.qcow2 --ignition node.ign --dry-run',
  ],
  async run(input, context) {
    const edits = await customizeEdits(input)
    if (edits.length === 0)
      throw new UsageError('nothing to change: give --hostname, --user, --ssh-key, --enable, --clean or another of its options')
    checkSaveOptions(input)
    return saveEdits(context, input, path.resolve(input.positionals[0] ?? ''), edits)
  },
}
