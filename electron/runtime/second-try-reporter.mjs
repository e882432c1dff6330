// A Vitest reporter: names tests that passed on their second try only, one a line, in the file of DISKWRIGHT_SECOND_TRIES.
import fs from 'node:fs'

export default class SecondTryReporter {
  onTestCaseResult(test) {
    const file = process.env.DISKWRIGHT_SECOND_TRIES
    if (file && test.diagnostic()?.flaky) fs.appendFileSync(file, `${test.module.relativeModuleId} › ${test.fullName}\n`)
  }
}
