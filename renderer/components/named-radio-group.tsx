import { Radio } from '@mantine/core'
import type { ComponentProps } from 'react'
import styles from './named-radio-group.module.css'

interface NamedRadioGroupProps extends Omit<ComponentProps<typeof Radio.Group>, 'label' | 'labelProps' | 'aria-label'> {
  /** For the ear; what is around it says it for the eye. */
  readonly name: string
}

/** Choices as one group with a name: Mantine gives an `aria-label` to what is around the group, where nobody hears it. */
export function NamedRadioGroup({ name, ...props }: NamedRadioGroupProps) {
  return <Radio.Group {...props} label={name} labelProps={{ className: styles.hidden }} />
}
