/**
 * Perl: partitions and file systems that become larger or smaller. A partition that is in the kernel's list takes its new size there
 * too, without a new reading of the table (BLKPG, include/uapi/linux/blkpg.h): the file system is resized in the same run.
 */
export const RESIZE = String.raw`
my ($BLKPG, $BLKPG_RESIZE_PARTITION, $BLKGETSIZE64) = (0x1269, 3, 0x80081272);

sub device_size { # DEVICE
  my ($device) = @_;
  sysopen my $in, $device, O_RDONLY or refuse('no-partition');
  my $bytes = pack 'Q', 0;
  ioctl $in, $BLKGETSIZE64, $bytes or refuse('failed', text => "size of $device: $!");
  return unpack 'Q', $bytes;
}

sub resize_partition {
  my ($number) = @_;
  my ($partition, $start, $size, $from) = map { field($number, $_) } 'partition', 'startBytes', 'sizeBytes', 'fromBytes';
  my $device = device_of($partition);
  refuse('no-partition') if $partition == 0 || !-b $device;
  refuse('changed') if device_size($device) != $from;
  my $script = "$tmp/sfdisk-script";
  open my $out, '>', $script or refuse_errno('the script of sfdisk');
  print $out 'size=' . $size / 512 . "\n";
  close $out;
  my ($code, $text) = run_tool_with($script, 'sfdisk', @no_reread, '--wipe', 'never', '--wipe-partitions', 'never', '-N', $partition, $disk);
  unlink $script;
  refuse('no-room', text => 'sfdisk: ' . last_line($text)) if $code != 0;
  tell_kernel($partition, $start, $size);
  refuse('failed', text => 'the partition has another size after writing') if device_size($device) != $size;
}

sub tell_kernel { # PARTITION START SIZE
  my ($partition, $start, $size) = @_;
  sysopen my $whole, $disk, O_RDONLY or refuse('no-partition');
  my $data = pack 'q q l a64 a64 x4', $start, $size, $partition, '', '';
  my $request = pack 'l l l x4 P', $BLKPG_RESIZE_PARTITION, 0, length $data, $data;
  ioctl $whole, $BLKPG, $request or refuse('failed', text => "the kernel does not take the new size: $!");
}

sub grow_filesystem {
  my ($number) = @_;
  my ($partition, $type, $device) = filesystem_at($number);
  my $before = filesystem_size($device, $type);
  if ($type =~ /^ext[234]$/) {
    check_ext($device);
    must_run('resize2fs', $device);
  } elsif ($type eq 'swap') { grow_swap($device) }
  else {
    enter($partition, $type);
    must_run($type eq 'xfs' ? ('xfs_growfs', '-d', $root) : ('btrfs', 'filesystem', 'resize', 'max', $root));
    leave();
  }
  refuse('failed', text => 'the file system is smaller than it was') if filesystem_size($device, $type) < $before;
}

sub shrink_filesystem {
  my ($number) = @_;
  my ($partition, $type, $device) = filesystem_at($number);
  my $bytes = field($number, 'bytes');
  my ($code, $text);
  if ($type =~ /^ext[234]$/) {
    check_ext($device);
    # Forced: what it takes for the least is more than it needs, at times more than it has (measured). One that was checked before and
    # after is whole, and one that is not is thrown away.
    ($code, $text) = run_tool('resize2fs', '-f', $device, $bytes / 1024 . 'K');
    ($code, $text) = run_tool('e2fsck', '-f', '-n', $device) if $code == 0;
  } elsif ($type eq 'btrfs') {
    enter($partition, $type);
    ($code, $text) = run_tool('btrfs', 'filesystem', 'resize', $bytes, $root);
    leave();
  } else { refuse('unsupported', text => "there is no tool that makes $type smaller") }
  refuse('no-room', text => last_line($text)) if $code != 0;
  refuse('failed', text => 'the file system is larger than asked for') if filesystem_size($device, $type) > $bytes;
}

sub filesystem_at { # NUMBER
  my ($number) = @_;
  my ($partition, $type) = map { field($number, $_) } 'partition', 'filesystem';
  my $device = device_of($partition);
  refuse('no-partition') unless -b $device;
  refuse('unsupported', text => "there is no tool that resizes $type") unless $type =~ /^(ext[234]|xfs|btrfs|swap)$/;
  my $is = $type eq 'swap' ? device_bytes($device, 4086, 10) eq 'SWAPSPACE2' : is_filesystem($device, $type);
  refuse('unreadable') unless $is;
  return ($partition, $type, $device);
}

# resize2fs asks for it, and what e2fsck cannot mend by itself is not moved about.
sub check_ext {
  my ($device) = @_;
  my ($code, $text) = run_tool('e2fsck', '-f', '-p', $device);
  refuse('damaged', text => last_line($text)) if $code > 1;
}

# The page that begins it is written anew, with the UUID and the label that were in it (include/linux/swap.h).
sub grow_swap {
  my ($device) = @_;
  my $uuid = join '-', unpack 'H8 H4 H4 H4 H12', device_bytes($device, 1036, 16);
  my $label = device_bytes($device, 1052, 16) =~ s/\0.*//sr;
  must_run('mkswap', '-U', $uuid, length $label ? ('-L', $label) : (), $device);
}

# By its own count. Offsets as in uuid_of; swap counts pages.
sub filesystem_size { # DEVICE TYPE
  my ($device, $type) = @_;
  if ($type =~ /^ext/) {
    my ($low, $log) = unpack 'V @20 V', device_bytes($device, 1028, 24);
    my $wide = unpack('V', device_bytes($device, 1120, 4)) & 0x80;
    my $high = $wide ? unpack('V', device_bytes($device, 1360, 4)) : 0;
    return ($low + $high * 2 ** 32) * (1024 << $log);
  }
  return unpack('V', device_bytes($device, 1028, 4)) * 4096 if $type eq 'swap';
  return unpack('Q<', device_bytes($device, 65745, 8)) if $type eq 'btrfs';
  my ($unit, $blocks) = unpack 'N Q>', device_bytes($device, 4, 12);
  return $unit * $blocks;
}
`
