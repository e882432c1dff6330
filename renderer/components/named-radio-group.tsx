import { Radio } from '@mantine/core'
import type { ComponentProps } from 'react'
import styles from './named-radio-group.module.css'

type GroupProps<Value extends string> = ComponentProps<typeof Radio.Group<Value>>

interface NamedRadioGroupProps<Value extends string> extends Omit<GroupProps<Value>, 'label' | 'labelProps' | 'aria-label'> {
  /** For the ear; what is around it says it for the eye. */
  readonly name: string
}

/** Choices as one group with a name: Mantine gives an `aria-label` to what is around the group, where nobody hears it. */
export function NamedRadioGroup<Value extends string>({ name, ...props }: NamedRadioGroupProps<Value>) {
  return <Radio.Group<Value> {...props} label={name} labelProps={{ className: styles.hidden }} />
}
