/** Nonce for style elements that libraries add; the page's CSP refuses all others. An empty string where the page has none. */
export function styleNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? ''
}
