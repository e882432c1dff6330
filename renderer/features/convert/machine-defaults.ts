import type { ImageInfo } from '#shared/images/image-info'
import type { MachineChoice } from '#shared/jobs/convert-request'
import { machineFor, type OvfMachine, type OvfVariant } from '#shared/ovf/machine'
import type { ArtifactId } from '#shared/platforms/artifact-ids'
import { artifact } from '#shared/platforms/artifacts'

const VARIANTS: Readonly<Partial<Record<ArtifactId, OvfVariant>>> = { 'vmware-ova': 'vmware', 'virtualbox-ova': 'virtualbox' }

export interface AutomaticMachine {
  /** What follows from the images where nothing is chosen; null where it differs from one to the other, or no image is known. */
  value(field: keyof MachineChoice): string | null
  /** Why the choices cannot go together; null where they can. */
  readonly problem: unknown
}

/** The machines that OVAs of these images would describe. */
export function automaticMachine(infos: readonly ImageInfo[], choice: MachineChoice, artifacts: readonly ArtifactId[]): AutomaticMachine {
  const machines: OvfMachine[] = []
  let problem: unknown = null
  for (const id of artifacts.filter((one) => artifact(one).container === 'ova')) {
    const variant = VARIANTS[id]
    if (variant === undefined) continue
    for (const info of infos) {
      try {
        machines.push(machineFor(info, choice, variant))
      } catch (error) {
        problem ??= error
      }
    }
  }
  return {
    value(field) {
      const values = new Set(machines.map((machine) => String(machine[field])))
      return values.size === 1 ? ([...values][0] ?? null) : null
    },
    problem,
  }
}
