import path from 'node:path'
import type { EngineId } from '#shared/jobs/job-requests'
import { type BootTestSurroundings, bootTest } from '../operations/boot-test/boot-test.js'
import type { JobDefinitions } from './job-definition.js'

/** Boot tests: the image is only read, so several can run at once, and beside other readers. */
export function bootTestDefinition(around: {
  readonly engine: () => EngineId | 'auto'
  readonly consoles: BootTestSurroundings['consoles']
  readonly promisedMemory: BootTestSurroundings['promisedMemory']
}): Pick<JobDefinitions, 'test-boot'> {
  return {
    'test-boot': {
      title: ({ source }) => `Boot test of ${path.basename(source)}`,
      steps: () => [
        { id: 'prepare', title: 'Prepare the machine and write the edits to an overlay', weight: 0.1 },
        { id: 'boot', title: 'Switch the machine on', weight: 0.2 },
        { id: 'judge', title: 'Watch the serial console', weight: 0.65 },
        { id: 'keep', title: 'Keep the disk of the machine as a new image', weight: 0.2 },
        { id: 'clean', title: 'Keep the log, switch off, clean up', weight: 0.05 },
      ],
      locks: ({ source, cdrom, keep }) => ({
        reads: [source, ...(cdrom ? [cdrom.path] : [])],
        writes: keep ? [keep.output] : [],
      }),
      run: (input, context) => bootTest(context, input, { ...around, engine: around.engine() }),
    },
  }
}
