import type { JobsApi } from '#core/core-api'

/**
 * Addresses that the window may have opened in the user's browser: those that results of uploads show and links that
 * were made for it, to the letter. A window that was taken
 * over could otherwise send whatever it read to a server of its own, as part of an address.
 */
export class ShownLinks {
  #jobs: Pick<JobsApi, 'list'> | null = null
  readonly #made = new Set<string>()

  /** Until then no job shows anything. */
  follow(jobs: Pick<JobsApi, 'list'>): void {
    this.#jobs = jobs
  }

  /** A link that is kept nowhere, such as one that is signed for an hour; returns it. */
  note(url: string): string {
    this.#made.add(url)
    return url
  }

  has(url: string): boolean {
    const href = webPage(url)
    return href !== null && [...this.#made, ...this.#shown()].some((shown) => webPage(shown) === href)
  }

  #shown(): string[] {
    const results = this.#jobs?.list().flatMap(({ output }) => output?.upload ?? []) ?? []
    return results.flatMap(({ resources, next }) => [...resources, ...next].flatMap(({ url }) => url ?? []))
  }
}

/** An address as a browser writes it; null for what is no page over TLS, or names a user. */
function webPage(text: string): string | null {
  if (!URL.canParse(text)) return null
  const { protocol, username, password, href } = new URL(text)
  return protocol === 'https:' && username === '' && password === '' ? href : null
}
