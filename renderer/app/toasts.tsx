import { Notifications } from '@mantine/notifications'

/** Words that belong to no place on the screen; they leave by themselves. */
export function Toasts() {
  return <Notifications position="bottom-right" autoClose={8000} transitionDuration={100} />
}
