/**
 * Perl: what is done to files. A rewrite keeps the inode: what it grows by is appended first and taken back when it does not fit, so
 * that a full file system leaves the old content whole. What is new is removed again when it could not be finished.
 */
export const FILES = String.raw`
# Old bytes that are kept to be put back: file systems that write elsewhere, such as btrfs, can run full while they overwrite.
my $KEPT = 16 << 20;

sub rewrite_file {
  my ($number) = @_;
  my $file = resolve(field($number, 'path'), 1);
  my @was = lstat $file or refuse('missing');
  refuse('irregular') unless S_ISREG($was[2]);
  my $expected = field($number, 'expectedSha256');
  refuse('changed') if defined $expected && sha256($file) ne $expected;
  my @mtime = mtime_of($file) or refuse_errno('statx');
  my $in = open_content($number);
  sysopen my $out, $file, O_RDWR or refuse_errno('open');
  my ($old, $size) = ($was[7], -s $in);
  my $grows = $size > $old ? $size - $old : 0;
  if ($grows) {
    sysseek $in, $old, 0;
    sysseek $out, $old, 0;
    take_back($out, $file, $old, \@mtime, $grows) unless copy_bytes($in, $out, $grows) && flush($out);
  }
  overwrite($in, $out, $file, $old, $size, \@mtime, $grows);
  refuse('failed', text => 'the file differs after writing') unless same_bytes($in, $out);
  if (field($number, 'mtime') eq 'keep') { set_mtime($file, @mtime) or refuse_errno('utimensat') }
}

sub overwrite {
  my ($in, $out, $file, $old, $size, $mtime, $grows) = @_;
  my $common = $size < $old ? $size : $old;
  my $kept;
  if ($common <= $KEPT) {
    sysseek $out, 0, 0;
    defined sysread $out, $kept, $common or refuse_errno('read');
  }
  sysseek $in, 0, 0;
  sysseek $out, 0, 0;
  if (!copy_bytes($in, $out, $common) || !flush($out)) {
    my $error = 0 + $!;
    if (defined $kept) {
      sysseek $out, 0, 0;
      syswrite $out, $kept;
    }
    $! = $error;
    take_back($out, $file, $old, $mtime, $grows || $common);
  }
  return if $size >= $old;
  truncate $out, $size or refuse_errno('truncate');
  flush($out) or refuse_errno('fsync');
}

sub take_back {
  my ($out, $file, $old, $mtime, $needed) = @_;
  my $error = 0 + $!;
  my $free = free_bytes();
  truncate $out, $old;
  set_mtime($file, @$mtime);
  $! = $error;
  refuse('full', needed => $needed, free => $free) if $!{ENOSPC} || $!{EDQUOT};
  refuse_errno('write');
}

# Calls a function that ends the operation on failure, and then takes away what it left.
sub finish_or { # UNDO FUNCTION
  my ($undo, $function) = @_;
  return if eval { $function->(); 1 };
  my $reason = $@;
  $undo->();
  die $reason;
}

sub create_file {
  my ($number) = @_;
  my ($folder, $file) = new_name(field($number, 'path'));
  my $in = open_content($number);
  sysopen my $out, $file, O_RDWR | O_CREAT | O_EXCL, 0600 or refuse_errno('create', -s $in);
  finish_or(sub { close $out; unlink $file }, sub {
    my $size = -s $in;
    if (!copy_bytes($in, $out, $size) || !flush($out)) {
      my $error = 0 + $!;
      my $free = free_bytes() + ((-s $out) // 0);
      $! = $error;
      refuse('full', needed => $size, free => $free) if $!{ENOSPC} || $!{EDQUOT};
      refuse_errno('write');
    }
    refuse('failed', text => 'the file differs after writing') unless same_bytes($in, $out);
    give_attributes($number, $folder, $file);
  });
}

sub make_folder {
  my ($number) = @_;
  my ($folder, $file) = new_name(field($number, 'path'));
  mkdir $file, 0700 or refuse_errno('mkdir');
  finish_or(sub { rmdir $file }, sub { give_attributes($number, $folder, $file) });
}

sub make_link {
  my ($number) = @_;
  my ($folder, $file) = new_name(field($number, 'path'));
  refuse('unsupported', text => 'the file system has no symbolic links') unless keeps_attributes();
  symlink field($number, 'target'), $file or refuse_errno('symlink');
  finish_or(sub { unlink $file }, sub { give_label(undef, $folder, $file) });
}

sub new_name {
  my ($folder, $file) = resolve_name($_[0]);
  refuse('exists') if lstat $file;
  return ($folder, $file);
}

sub give_attributes {
  my ($number, $folder, $file) = @_;
  return unless keeps_attributes();
  chown 0 + field($number, 'uid'), 0 + field($number, 'gid'), $file or refuse_errno('chown');
  chmod oct field($number, 'mode'), $file or refuse_errno('chmod');
  give_label(field($number, 'selinux'), $folder, $file);
}

# Labels in images end with a NUL, as libselinux writes them.
sub give_label {
  my ($label, $folder, $file) = @_;
  my $wanted = defined $label ? "$label\0" : label_of($folder);
  return unless defined $wanted;
  set_label($file, $wanted) or refuse_errno('the SELinux label');
}

sub remove {
  my ($number) = @_;
  my (undef, $file) = resolve_name(field($number, 'path'));
  my @stat = lstat $file or refuse('missing');
  if (!S_ISDIR($stat[2])) { unlink $file or refuse_errno('unlink') }
  elsif (field($number, 'recursive') eq 'true') { remove_tree($file, (lstat $root)[0]) }
  elsif (!rmdir $file) {
    refuse('not-empty') if $!{ENOTEMPTY} || $!{EEXIST};
    refuse_errno('rmdir');
  }
}

sub remove_tree {
  my ($folder, $filesystem_id) = @_;
  # Subvolumes of btrfs look like file systems of their own, and are none.
  refuse('unsupported', text => 'another file system is in the folder') if $filesystem ne 'btrfs' && (lstat $folder)[0] != $filesystem_id;
  opendir my $names, $folder or refuse_errno('opendir');
  for my $name (grep { $_ ne '.' && $_ ne '..' } readdir $names) {
    my $file = "$folder/$name";
    my @stat = lstat $file or refuse_errno('lstat');
    if (S_ISDIR($stat[2])) { remove_tree($file, $filesystem_id) }
    else { unlink $file or refuse_errno('unlink') }
  }
  closedir $names;
  rmdir $folder or refuse_errno('rmdir');
}

sub rename_file {
  my ($number) = @_;
  my (undef, $from) = resolve_name(field($number, 'path'));
  my @from = lstat $from or refuse('missing');
  my (undef, $to) = resolve_name(field($number, 'to'));
  my @to = lstat $to;
  # On FAT a name finds itself in any case of letters.
  my $same = $filesystem =~ /^(vfat|msdos)$/ && $from ne $to && lc $from eq lc $to;
  refuse('exists') if @to && !$same;
  return if rename $from, $to;
  refuse('unsupported', text => 'a folder cannot be moved into itself') if $!{EINVAL};
  refuse_errno('rename');
}

# Changing an owner can take set-user-id bits away, so the mode is always given again.
sub set_attributes {
  my ($number) = @_;
  my $file = resolve(field($number, 'path'), 1);
  my @was = lstat $file or refuse('missing');
  return unless keeps_attributes();
  my ($uid, $gid, $mode) = map { field($number, $_) } 'uid', 'gid', 'mode';
  if (defined $uid || defined $gid) { chown 0 + ($uid // -1), 0 + ($gid // -1), $file or refuse_errno('chown') }
  chmod defined $mode ? oct $mode : S_IMODE($was[2]), $file or refuse_errno('chmod');
}
`
