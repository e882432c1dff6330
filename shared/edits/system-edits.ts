import { z } from 'zod'
import { hostnameProblem } from '../system/hostname.js'
import { authorizedKeyProblem } from '../system/ssh-keys.js'
import { unitNameProblem } from '../system/unit-files.js'
import { groupNameProblem, passwordHashProblem, shellProblem, userNameProblem } from '../system/user-rules.js'

/** Where the root of the system is, for images in which it is not found: `prefix` is the folder of an OSTree deployment, else `/`. */
export const systemRootSchema = z.object({
  partition: z.number().int().min(0).max(255),
  prefix: z.string().min(1).max(4096).startsWith('/'),
})
export type SystemRoot = z.infer<typeof systemRootSchema>

const root = { root: systemRootSchema.optional() }

/** Texts by a rule that says in words what is wrong with one. */
function ruled(problemOf: (text: string) => string | null): z.ZodString {
  return z.string().superRefine((text, context) => {
    const problem = problemOf(text)
    if (problem !== null) context.addIssue({ code: 'custom', message: problem })
  })
}

const id = z.number().int().min(0).max(0xffff_fffe)
const seedText = z.string().max(1024 * 1024)

/** /etc/hostname, hostname(5), and the line of the own name in /etc/hosts where Debian keeps one. */
export const hostnameEditSchema = z.object({ kind: z.literal('hostname'), ...root, name: ruled(hostnameProblem) })

/** Keys in a user's ~/.ssh/authorized_keys, sshd(8). */
export const sshKeysEditSchema = z.object({
  kind: z.literal('ssh-keys'),
  ...root,
  user: ruled(userNameProblem),
  keys: z.array(ruled(authorizedKeyProblem)).min(1).max(1000),
  mode: z.enum(['add', 'replace']),
})

/** A new account as useradd(8) makes one. */
export const userEditSchema = z.object({
  kind: z.literal('user'),
  ...root,
  name: ruled(userNameProblem),
  /** Full name. */
  gecos: z
    .string()
    .max(1000)
    .regex(/^[^:\p{Cc}]*$/u, 'a full name holds neither colons nor control characters')
    .optional(),
  /** Default: /bin/bash where the image has it, else /bin/sh. */
  shell: ruled(shellProblem).optional(),
  /** Further groups; each has to be in the image. */
  groups: z.array(ruled(groupNameProblem)).max(100).default([]),
  uid: id.optional(),
  sudo: z.enum(['none', 'password', 'nopasswd']).default('none'),
  /** As crypt(5) writes it, or `!` for an account without a password; without it the account has none. */
  passwordHash: ruled(passwordHashProblem).optional(),
})

/** Makes the next boot give the machine another id, machine-id(5). */
export const machineIdEditSchema = z.object({
  kind: z.literal('machine-id-reset'),
  ...root,
  /** Default: `uninitialized` for systems with Ignition, whose first boot has to be seen as one, else `empty`. */
  as: z.enum(['empty', 'uninitialized']).optional(),
})

export const CLEAN_TOPICS = [
  'ssh-host-keys',
  'machine-id',
  'shell-history',
  'logs',
  'cloud-init-state',
  'authorized-keys',
  'dhcp-leases',
  'random-seed',
  'cloud-credentials',
] as const
export type CleanTopic = (typeof CLEAN_TOPICS)[number]

/** Removes what an image that is given to others should not hold; the checklist of virt-sysprep(1). What is not there is passed over. */
export const cleanEditSchema = z.object({ kind: z.literal('clean'), ...root, what: z.array(z.enum(CLEAN_TOPICS)).min(1) })

/** Enables, disables or masks a unit as systemctl(1) with `--root` does. */
export const systemdUnitEditSchema = z.object({
  kind: z.literal('systemd-unit'),
  ...root,
  unit: ruled(unitNameProblem),
  state: z.enum(['enabled', 'disabled', 'masked', 'unmasked']),
  /** `user`: for the session of every user, systemctl --global. */
  scope: z.enum(['system', 'user']).default('system'),
})

/** Puts an Ignition configuration in the image. */
export const ignitionEditSchema = z.object({
  kind: z.literal('ignition-config'),
  ...root,
  config: z.string().max(16 * 1024 * 1024),
  /** `boot-file`: /boot/ignition/config.ign, as coreos-installer(8) does; `initramfs`: appended to the initial RAM disks. */
  delivery: z.enum(['auto', 'initramfs', 'boot-file']).default('auto'),
})

/** A NoCloud seed in the image for cloud-init. */
export const cloudInitEditSchema = z.object({
  kind: z.literal('cloud-init'),
  ...root,
  userData: seedText,
  /** Default: an instance id that is made from the user data. */
  metaData: seedText.optional(),
  networkConfig: seedText.optional(),
  /** Lets cloud-init look at this seed only, and not wait for clouds. */
  onlyNoCloud: z.boolean().default(false),
})

/** Gives the line of a mount point in /etc/fstab another device, fstab(5). */
export const fstabDeviceEditSchema = z.object({
  kind: z.literal('fstab-device'),
  ...root,
  mountPoint: z.string().min(1).max(4096),
  device: z
    .string()
    .max(4096)
    .regex(/^[^\s#][^\s]*$/, 'a device is one word, such as UUID=… or /dev/sda1'),
})

/** Edits of the system in the image. None needs the system to be recognized: `root` says where it is. */
export const SYSTEM_EDITS = [
  hostnameEditSchema,
  sshKeysEditSchema,
  userEditSchema,
  machineIdEditSchema,
  cleanEditSchema,
  systemdUnitEditSchema,
  ignitionEditSchema,
  cloudInitEditSchema,
  fstabDeviceEditSchema,
] as const
