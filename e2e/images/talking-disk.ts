const SECTOR = 512
const DISK_BYTES = 1024 * 1024
/** Where firmware loads a boot sector to. */
const ORIGIN = 0x7c00

/**
 * The message from its beginning: `cli; xor ax,ax; mov ds,ax; cld; mov si,MESSAGE; next: lodsb; test al,al; jz +5; call put; jmp next`. Without
 * interrupts the firmware does not take what is typed for its own keyboard.
 */
const SAY = [0xfa, 0x31, 0xc0, 0x8e, 0xd8, 0xfc, 0xbe, 0, 0, 0xac, 0x84, 0xc0, 0x74, 0x05, 0xe8, 0, 0, 0xeb, 0xf6]
const MESSAGE_OPERAND = 7
const PUT_OPERAND = 15
/** `jmp` to `mov si`. */
const AGAIN = [0xeb, 0xf1]
/** `mov dx,3fdh; wait: in al,dx; test al,1; jz wait; mov dx,3f8h; in al,dx; call put; jmp` to its beginning. */
const ECHO = [0xba, 0xfd, 0x03, 0xec, 0xa8, 0x01, 0x74, 0xfb, 0xba, 0xf8, 0x03, 0xec, 0xe8, 0, 0, 0xeb, 0xef]
const ECHO_PUT_OPERAND = 13
/** Waits for the first serial port, and writes AL to it: `mov ah,al; mov dx,3fdh; wait: in al,dx; test al,20h; jz wait; mov al,ah; mov dx,3f8h; out dx,al; ret`. */
const PUT = [0x88, 0xc4, 0xba, 0xfd, 0x03, 0xec, 0xa8, 0x20, 0x74, 0xfb, 0x88, 0xe0, 0xba, 0xf8, 0x03, 0xee, 0xc3]

/**
 * A disk whose boot sector writes a message to the first serial port, byte for byte: over and over as fast as it goes, or once, and then
 * what it reads from there. It boots in a second, and says nothing else.
 */
export function talkingDisk(message: string, then: 'again' | 'echo'): Buffer {
  const tail = then === 'again' ? AGAIN : ECHO
  const code = Buffer.from([...SAY, ...tail, ...PUT])
  const put = SAY.length + tail.length
  code.writeUInt16LE(ORIGIN + code.length, MESSAGE_OPERAND)
  code.writeInt16LE(put - (PUT_OPERAND + 2), PUT_OPERAND)
  if (then === 'echo') code.writeInt16LE(put - (SAY.length + ECHO_PUT_OPERAND + 2), SAY.length + ECHO_PUT_OPERAND)
  const text = Buffer.from(`${message}\0`, 'latin1')
  const disk = Buffer.alloc(DISK_BYTES)
  if (code.length + text.length > SECTOR - 2) throw new Error('the message is too long for a boot sector')
  code.copy(disk)
  text.copy(disk, code.length)
  disk.writeUInt16LE(0xaa55, SECTOR - 2)
  return disk
}
