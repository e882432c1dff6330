import { z } from 'zod'

/** What a file system tells of one path, the path's last link not followed. Null: this file system (or its reader) does not tell. */
export const guestStatSchema = z.object({
  kind: z.enum(['file', 'folder', 'link', 'other']),
  /** Permission bits with setuid, setgid and sticky, such as 0o640. */
  mode: z.number().int().nullable(),
  uid: z.number().int().nullable(),
  gid: z.number().int().nullable(),
  sizeBytes: z.number().nullable(),
  /** Seconds since 1970. */
  mtime: z.number().nullable(),
  /** Of a symbolic link, as it stands in it. */
  linkTarget: z.string().nullable(),
  /** Value of the attribute `security.selinux`, such as `system_u:object_r:boot_t:s0`. */
  selinux: z.string().nullable(),
})
export type GuestStat = z.infer<typeof guestStatSchema>
