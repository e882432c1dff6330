import { z } from 'zod'

/** The specification allows `null` for what is not given. */
function optional<T extends z.ZodType>(schema: T): z.ZodOptional<z.ZodNullable<T>> {
  return schema.nullable().optional()
}

const text = z.string()
const absolutePath = z.string().regex(/^\/(?!.*\0)/, 'a path is absolute')
const mode = z.number().int().min(0).max(0o7777, 'a mode is at most 4095, which is 7777 in octal')
const source = z.string().refine((value) => value === '' || /^(https?|tftp|s3|gs|arn|data):/i.test(value), {
  message: 'a source is a URL of http, https, tftp, s3, gs or data',
})
const verification = z.strictObject({
  hash: optional(z.string().regex(/^(sha512-[0-9a-f]{128}|sha256-[0-9a-f]{64})$/i, 'a hash is sha512- or sha256- and hexadecimal digits')),
})
const header = z.strictObject({ name: text, value: optional(text) })
const resource = z.strictObject({
  source: optional(source),
  compression: optional(z.enum(['gzip', ''])),
  httpHeaders: optional(z.array(header)),
  verification: optional(verification),
})

const ignition = z.strictObject({
  version: text,
  config: optional(z.strictObject({ merge: optional(z.array(resource)), replace: optional(resource) })),
  timeouts: optional(z.strictObject({ httpResponseHeaders: optional(z.number().int()), httpTotal: optional(z.number().int()) })),
  security: optional(z.strictObject({ tls: optional(z.strictObject({ certificateAuthorities: optional(z.array(resource)) })) })),
  proxy: optional(z.strictObject({ httpProxy: optional(text), httpsProxy: optional(text), noProxy: optional(z.array(text)) })),
})

const owner = z.strictObject({ id: optional(z.number().int().min(0)), name: optional(text) })
const node = { path: absolutePath, overwrite: optional(z.boolean()), user: optional(owner), group: optional(owner) }

/** Disks, RAID, file systems and LUKS have their names checked, not their parts: Ignition meets the real disks. */
const storage = z.strictObject({
  disks: optional(z.array(z.looseObject({ device: text }))),
  raid: optional(z.array(z.looseObject({ name: text }))),
  filesystems: optional(z.array(z.looseObject({ device: text }))),
  luks: optional(z.array(z.looseObject({ name: text }))),
  files: optional(
    z.array(z.strictObject({ ...node, contents: optional(resource), append: optional(z.array(resource)), mode: optional(mode) })),
  ),
  directories: optional(z.array(z.strictObject({ ...node, mode: optional(mode) }))),
  links: optional(z.array(z.strictObject({ ...node, target: optional(text), hard: optional(z.boolean()) }))),
})

const unitName = z
  .string()
  .regex(/\.(service|socket|device|mount|automount|swap|target|path|timer|snapshot|slice|scope)$/, 'a unit name ends in its kind')
const systemd = z.strictObject({
  units: optional(
    z.array(
      z.strictObject({
        name: unitName,
        enabled: optional(z.boolean()),
        mask: optional(z.boolean()),
        contents: optional(text),
        dropins: optional(
          z.array(z.strictObject({ name: z.string().regex(/\.conf$/, 'a drop-in ends in .conf'), contents: optional(text) })),
        ),
      }),
    ),
  ),
})

const account = {
  name: z.string().min(1),
  gid: optional(z.number().int()),
  system: optional(z.boolean()),
  shouldExist: optional(z.boolean()),
}
const passwd = z.strictObject({
  users: optional(
    z.array(
      z.strictObject({
        name: account.name,
        passwordHash: optional(text),
        sshAuthorizedKeys: optional(z.array(text)),
        uid: optional(z.number().int()),
        gecos: optional(text),
        homeDir: optional(absolutePath),
        noCreateHome: optional(z.boolean()),
        primaryGroup: optional(text),
        groups: optional(z.array(text)),
        noUserGroup: optional(z.boolean()),
        noLogInit: optional(z.boolean()),
        shell: optional(text),
        system: account.system,
        shouldExist: account.shouldExist,
      }),
    ),
  ),
  groups: optional(z.array(z.strictObject({ ...account, passwordHash: optional(text) }))),
})

/** The parts of the Ignition specification 3.0 to 3.5 (coreos/ignition docs/configuration-v3_*.md) that Diskwright checks. */
export const ignitionSchema = z.strictObject({
  ignition,
  storage: optional(storage),
  systemd: optional(systemd),
  passwd: optional(passwd),
  kernelArguments: optional(z.strictObject({ shouldExist: optional(z.array(text)), shouldNotExist: optional(z.array(text)) })),
})
