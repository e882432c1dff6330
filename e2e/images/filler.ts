/** Bytes that do not compress to nothing and are the same in each build. */
export function filler(seed: string, bytes: number): Uint8Array {
  let state = [...seed].reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) >>> 0, 7)
  const out = new Uint8Array(bytes)
  for (let index = 0; index < bytes; index += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    out[index] = state >>> 24
  }
  return out
}
