import {
  type ActionIconProps,
  type ButtonProps,
  type CheckboxProps,
  type CSSVariablesResolver,
  createTheme,
  type ModalProps,
  type NotificationProps,
  type NumberInputProps,
  type SelectProps,
  type SwitchProps,
  type TextInputProps,
  type TooltipProps,
} from '@mantine/core'

const TEAL = ['#e0f2f0', '#c4e6e3', '#9fd5d1', '#76c3bd', '#4cb0a9', '#35b8b0', '#1c8f89', '#0b7a75', '#096963', '#075e5a'] as const

/** Mantine takes what is not mapped below from this scale in the dark scheme: lightest text first, then lines, surfaces, background. */
const SLATE = ['#e8edf1', '#c3ccd4', '#a3afba', '#7f8b96', '#38424b', '#272e35', '#1c2329', '#171c21', '#12171b', '#101418'] as const

/** Sizes and radii of styles/tokens.css in Mantine's terms. */
export const theme = createTheme({
  primaryColor: 'accent',
  colors: { accent: TEAL, dark: SLATE },
  primaryShade: { light: 7, dark: 5 },
  fontFamily: 'var(--dw-font)',
  fontFamilyMonospace: 'var(--dw-mono)',
  fontSizes: { xs: '11px', sm: '12.5px', md: '13.5px', lg: '15px', xl: '19px' },
  lineHeights: { xs: '1.45', sm: '1.45', md: '1.45', lg: '1.45', xl: '1.3' },
  radius: { xs: '4px', sm: '5px', md: '7px', lg: '10px', xl: '16px' },
  spacing: { xs: '8px', sm: '12px', md: '16px', lg: '24px', xl: '32px' },
  defaultRadius: 'md',
  cursorType: 'default',
  respectReducedMotion: true,
  // Plain objects: the components' own `extend` would pull all of them into what the first picture waits for.
  components: {
    Button: {
      defaultProps: { variant: 'default', size: 'sm' } satisfies Partial<ButtonProps>,
      vars: (_theme: unknown, { size }: ButtonProps) => ({
        root: {
          '--button-height': size === 'xs' ? '26px' : '32px',
          '--button-padding-x': size === 'xs' ? '10px' : '13px',
          '--button-fz': size === 'xs' ? '12.5px' : '13.5px',
        },
      }),
    },
    ActionIcon: { defaultProps: { variant: 'subtle', size: 26 } satisfies Partial<ActionIconProps> },
    Modal: {
      defaultProps: {
        centered: true,
        radius: 'lg',
        // The window itself never scrolls, and the lock would add a style that the content security policy refuses.
        lockScroll: false,
        transitionProps: { duration: 100, transition: 'fade' },
        overlayProps: { backgroundOpacity: 0.45 },
      } satisfies Partial<ModalProps>,
    },
    Tooltip: {
      defaultProps: {
        openDelay: 350,
        multiline: true,
        events: { hover: true, focus: true, touch: false },
        transitionProps: { duration: 80 },
      } satisfies Partial<TooltipProps>,
    },
    // Notifications are closed by an icon alone
    Notification: { defaultProps: { closeButtonProps: { 'aria-label': 'Dismiss' } } satisfies Partial<NotificationProps> },
    TextInput: { defaultProps: { size: 'sm' } satisfies Partial<TextInputProps> },
    Select: {
      defaultProps: {
        size: 'sm',
        allowDeselect: false,
        comboboxProps: { transitionProps: { duration: 80 } },
      } satisfies Partial<SelectProps>,
    },
    NumberInput: { defaultProps: { size: 'sm' } satisfies Partial<NumberInputProps> },
    Switch: { defaultProps: { size: 'sm', withThumbIndicator: false } satisfies Partial<SwitchProps> },
    Checkbox: { defaultProps: { size: 'sm' } satisfies Partial<CheckboxProps> },
  },
})

const VARIABLES = {
  '--mantine-color-body': 'var(--dw-background)',
  '--mantine-color-text': 'var(--dw-text)',
  '--mantine-color-bright': 'var(--dw-text)',
  '--mantine-color-dimmed': 'var(--dw-dim)',
  '--mantine-color-placeholder': 'var(--dw-faint)',
  '--mantine-color-error': 'var(--dw-red)',
  '--mantine-color-anchor': 'var(--dw-accent)',
  '--mantine-color-default': 'var(--dw-surface)',
  '--mantine-color-default-hover': 'var(--dw-sunken)',
  '--mantine-color-default-color': 'var(--dw-text)',
  '--mantine-color-default-border': 'var(--dw-line-strong)',
  '--mantine-color-disabled': 'var(--dw-sunken)',
  '--mantine-color-disabled-color': 'var(--dw-faint)',
  '--mantine-color-disabled-border': 'var(--dw-line)',
  '--mantine-primary-color-filled': 'var(--dw-accent)',
  '--mantine-primary-color-filled-hover': 'var(--dw-accent-hover)',
  '--mantine-primary-color-light': 'var(--dw-accent-soft)',
  '--mantine-primary-color-light-color': 'var(--dw-accent-ink)',
  '--mantine-primary-color-contrast': 'var(--dw-on-accent)',
  '--mantine-color-accent-filled': 'var(--dw-accent)',
  '--mantine-color-accent-filled-hover': 'var(--dw-accent-hover)',
  '--mantine-color-accent-light': 'var(--dw-accent-soft)',
  '--mantine-color-accent-light-color': 'var(--dw-accent-ink)',
} as const

/** Mantine's own colours are the tokens', so that one file decides every colour of the window. */
export const cssVariablesResolver: CSSVariablesResolver = () => ({ variables: {}, light: VARIABLES, dark: VARIABLES })
