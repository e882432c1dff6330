/** useradd(8): names begin with a small letter or underscore, and have at most 32 characters. */
const NAME = /^[a-z_][a-z0-9_-]*\$?$/
const MAX_NAME = 32

/** Methods of crypt(5) that a hash can be of, with the form that the manual gives; those that are broken are left out. */
const HASHES: readonly { readonly prefix: RegExp; readonly form: RegExp }[] = [
  { prefix: /^\$y\$/, form: /^\$y\$[./A-Za-z0-9]+\$[./A-Za-z0-9]{0,86}\$[./A-Za-z0-9]{43}$/ },
  { prefix: /^\$gy\$/, form: /^\$gy\$[./A-Za-z0-9]+\$[./A-Za-z0-9]{0,86}\$[./A-Za-z0-9]{43}$/ },
  { prefix: /^\$7\$/, form: /^\$7\$[./A-Za-z0-9]{11,97}\$[./A-Za-z0-9]{43}$/ },
  { prefix: /^\$2[abxy]\$/, form: /^\$2[abxy]\$[0-9]{2}\$[./A-Za-z0-9]{53}$/ },
  { prefix: /^\$6\$/, form: /^\$6\$(rounds=[1-9][0-9]+\$)?[^$:\n]{0,16}\$[./0-9A-Za-z]{86}$/ },
  { prefix: /^\$5\$/, form: /^\$5\$(rounds=[1-9][0-9]+\$)?[^$:\n]{0,16}\$[./0-9A-Za-z]{43}$/ },
]

/** What is wrong with the name of an account; null where nothing is. */
export function userNameProblem(name: string): string | null {
  return nameProblem(name, 'user')
}

/** What is wrong with the name of a group; null where nothing is. */
export function groupNameProblem(name: string): string | null {
  return nameProblem(name, 'group')
}

/** What is wrong with a login shell; null where nothing is. */
export function shellProblem(shell: string): string | null {
  return /^\/[^:\s\p{Cc}]+$/u.test(shell) ? null : 'a shell is an absolute path without blanks and colons'
}

/** What is wrong with what is to stand in /etc/shadow for a password; null where nothing is. A password itself is never taken for a hash. */
export function passwordHashProblem(hash: string): string | null {
  if (hash === '!' || hash === '!!' || hash === '*') return null
  const method = HASHES.find(({ prefix }) => prefix.test(hash))
  if (method === undefined) return 'this is no password hash: make one with mkpasswd, or openssl passwd -6'
  return method.form.test(hash) ? null : 'the password hash is cut off or damaged'
}

function nameProblem(name: string, what: string): string | null {
  if (name.length > MAX_NAME) return `a ${what} name has at most ${MAX_NAME} characters`
  return NAME.test(name)
    ? null
    : `a ${what} name begins with a small letter or an underscore, and holds small letters, digits, hyphens and underscores`
}
