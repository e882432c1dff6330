import type { BootJudge } from '#shared/boot-test/judge'

/** Ends the test when the guest has said nothing for as long as is agreed. */
export function watchSilence(judge: BootJudge, heardAt: () => number, decide: () => void): { heard(): void; end(): void } {
  const allowed = judge.expect.silence
  let timer: NodeJS.Timeout | undefined
  const look = (): void => {
    if (!allowed) return
    const left = allowed.seconds * 1000 - (performance.now() - heardAt())
    if (left > 0) {
      timer = setTimeout(look, left)
      return
    }
    judge.fellSilent(allowed.seconds)
    decide()
  }
  return {
    heard: () => {
      if (allowed && judge.listensForSilence && timer === undefined) timer = setTimeout(look, allowed.seconds * 1000)
    },
    end: () => clearTimeout(timer),
  }
}
