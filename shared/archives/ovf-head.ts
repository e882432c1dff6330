/** Whether a text is an OVF descriptor, by its beginning. */
export function looksLikeOvf(head: string): boolean {
  return (
    /^\uFEFF?\s*<(?:\?xml|!--|!DOCTYPE|(?:[\w-]+:)?Envelope)/.test(head) &&
    /<(?:[\w-]+:)?Envelope[\s>]/.test(head) &&
    /ovf\/(?:1\/)?envelope|schema\/ovf\/1\/envelope/.test(head)
  )
}
