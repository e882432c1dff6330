/** Perl: contents. They are passed on in pieces and never held as a whole, so that a file may be larger than the guest's memory. */
export const CONTENT = String.raw`
my $PIECE = 1 << 20;

sub open_content { # NUMBER
  my ($number) = @_;
  sysopen my $in, "$work/ops/$number/content", O_RDONLY or refuse('failed', text => "the new content: $!");
  return $in;
}

# False with $! set when something could not be read or written.
sub copy_bytes { # FROM TO LENGTH
  my ($from, $to, $left) = @_;
  while ($left > 0) {
    my $piece;
    my $got = sysread $from, $piece, $left < $PIECE ? $left : $PIECE;
    return 0 unless defined $got;
    if ($got == 0) { $! = 5; return 0 }
    for (my $done = 0; $done < $got;) {
      my $put = syswrite $to, $piece, $got - $done, $done;
      return 0 unless defined $put;
      $done += $put;
    }
    $left -= $got;
  }
  return 1;
}

# Where there is plenty of room nothing is waited for: the whole file system is synced before it is unmounted. Where there is not, a
# write that was put off can still fail, and has to be known while it can be taken back.
my $PLENTY = 64 << 20;

sub flush { # HANDLE
  my ($handle) = @_;
  return free_bytes() > $PLENTY || IO::Handle::sync($handle);
}

sub same_bytes { # HANDLE HANDLE
  my ($one, $other) = @_;
  sysseek $_, 0, 0 or return 0 for $one, $other;
  for (;;) {
    my ($left, $right);
    my $got = sysread $one, $left, $PIECE;
    my $had = sysread $other, $right, $PIECE;
    return 0 unless defined $got && defined $had && $left eq $right;
    return 1 if $got == 0;
  }
}

# Digest::SHA is not part of the smallest perl there is.
sub sha256 { # FILE
  my ($file) = @_;
  sysopen my $in, $file, O_RDONLY or refuse_errno('open');
  if (eval { require Digest::SHA; 1 }) {
    my $digest = Digest::SHA->new(256);
    for (;;) {
      my $piece;
      my $got = sysread $in, $piece, $PIECE;
      refuse_errno('read') unless defined $got;
      return $digest->hexdigest if $got == 0;
      $digest->add($piece);
    }
  }
  open my $keep, '<&', \*STDIN or refuse_errno('dup');
  open STDIN, '<&', $in or refuse_errno('dup');
  open my $sums, '-|', 'sha256sum' or refuse('failed', text => 'sha256sum could not be started');
  my $answer = <$sums> // '';
  close $sums;
  open STDIN, '<&', $keep or refuse_errno('dup');
  return substr $answer, 0, 64;
}
`
