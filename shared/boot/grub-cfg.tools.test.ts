import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { duplicateGrubEntry, moveGrubEntry, parseGrubCfg, setGrubDefault, setGrubEntryArgs, setGrubEntryTitle } from './grub-cfg.js'

const awkward = ['a=b', 'b="x y"', "it's", 'c;d', '{e}', 'f&g|h', 'i<j>', '#k', '$kernelopts', 'l\\m', '"n o"', '${p}']

test.each(['debian-12', 'ubuntu-24.04', 'opensuse', 'live-cd'])("GRUB's own parser takes %s after every edit", (name) => {
  const text = readFileSync(new URL(`./samples/${name}/grub.cfg`, import.meta.url), 'latin1')
  const check = (script: string) => execFileSync('grub-script-check', [], { input: script, encoding: 'latin1' })
  expect(check(text)).toBe('')
  const cases = fc.sample(fc.shuffledSubarray(awkward), { numRuns: 15, seed: 3 })
  for (const args of cases) {
    let script = setGrubEntryArgs(text, '0', args)
    script = setGrubEntryTitle(script, '0', `Bob's "${args.join(' ')}"`)
    script = setGrubDefault(duplicateGrubEntry(script, '0', { title: "co'py", id: 'x y' }), "co'py")
    script = moveGrubEntry(script, '1', null)
    expect(check(script)).toBe('')
    const cfg = parseGrubCfg(script)
    expect(cfg.entries.filter((entry) => JSON.stringify(entry.args) === JSON.stringify(args)).length).toBeGreaterThanOrEqual(2)
    expect(cfg.default?.value).toBe("co'py")
  }
})
