/**
 * Names that are documented but have no row of their own, so that nobody is told to correct them.
 * Sources: kernel-parameters.txt, dracut.cmdline(7), kernel-command-line(7), live-boot(7), casper(7), debian-installer.
 * Names with a dot that belong to kernel modules are not listed: those are never corrected.
 */
const NAMES = `
access acpi_apic_instance acpi_force_32bit_fadt_addr acpi_force_table_verification acpi_irq_balance acpi_irq_isa acpi_irq_nobalance
acpi_irq_pci acpi_mask_gpe acpi_no_auto_serialize acpi_no_memhotplug acpi_no_static_ssdt acpi_no_watchdog acpi_os_name acpi_pm_good
acpi_rev_override acpi_rsdp acpi_sci acpi_skip_timer_override acpi_sleep acpi_use_timer_override acpica_no_return_repair add_efi_memmap
agp align_va_addr all_generic_ide alloc_snapshot allow_mismatched_32bit_el0 amd_iommu_dump amd_iommu_intr apc apic apic_extnmi apm
arcrimi ataflop atarimouse auto autoconf autogroup bau baycom_epp baycom_par baycom_ser_fdx baycom_ser_hdx bert_disable bgrt_disable
bootfrom bulk_remove c101 ca_keys cachesize carrier_timeout casper-getty cca ccw_timeout_log clk_ignore_unused cma_pernuma cmo_free_hint
coherent_pool com20020 com90io com90xx coredump_filter cpcihp_generic cpu0_hotplug cpu_init_udelay cs89x0_dma cs89x0_media csdlock_debug
dasd debian-installer/locale debug_boot_weak_hash debug_guardpage_minorder debug_locks_verbose debug_objects debugpat
deferred_probe_timeout dfltcc disable_1tb_segments disable_cpu_apicid disable_ddw disable_ipv6 disable_mtrr_cleanup disable_mtrr_trim
disable_radix disable_timer_pin_1 disable_tlbie dm-verity-oncorruption dm-verity-root-hash dma_debug dma_debug_driver dma_debug_entries
driver_async_probe dt_cpu_ftrs dump_apple_properties early_ioremap_debug early_page_ext edac_report edd efi_fake_mem
efi_no_storage_paranoia eisa_irq_edge ekgdboc elanfreq enable_mtrr_cleanup enable_timer_pin_1 erst_disable ether fail_make_request
fail_page_alloc fail_usercopy failslab fb_tunnels file force_pal_cache_flush forcefsck forcepae ftrace_boot_snapshot ftrace_filter
ftrace_graph_filter ftrace_graph_max_depth ftrace_graph_notrace ftrace_notrace fw_devlink gamma gart_fix_e820 gcov_persist goldfish gpt
hardened_usercopy hardlockup_all_cpu_backtrace hashdist hcl hest_disable highmem highres hlt hooks hpet_mmap hugetlb_cma
hugetlb_free_vmemmap hv_nopvspin hvc_iucv hvc_iucv_allow i2c_bus i810 icn ieee754 ignore_rlimit_data ihash_entries ima_appraise_tcb
ima_canonical_fmt ima_tcb ima_template ima_template_fmt indirect_target_selection init_pkru initramfs_async initramfs_options initrdmem
int_pln_enable integrity_audit intremap io7 io_delay iomem ipcmni_extend isapnp iscsi iucv ivrs_acpihid ivrs_hpet ivrs_ioapic
kasan_multi_shot kaslr keepinitrd keyboard-layouts kgdbdbgp kgdboc_earlycon kmac kprobe_event kpti kvm_cma_resv_ratio l1d_flush l2cr
l3cr lang lapic_timer_c2_ok live-config live-media-offset live-media-timeout load_ramdisk locale locales ltpc machtype machvec max_addr
mce mdacon mem_encrypt mem_sleep_default memblock memchunk memhp_default_state memory_corruption_check memory_corruption_check_period
memory_corruption_check_size mfgpt_irq mfgptfix mga min_addr mini2440 mminit_loglevel module movablecore MTD_Partition MTD_Region
mtdparts mtdset mtrr_chunk_size mtrr_gran_size mtrr_spare_reg_nr multitce nfsaddrs nfsopts nfsrootdebug nmi_debug no-kvmapf no-scroll
no-vmw-sched-clock no387 no5lvl no_debug_objects no_entry_flush no_file_caps no_uaccess_flush noaliencache noalign noaltinstr
noautologin nocache nodsp noeject noexec noexec32 nofastboot nofpu nofsgsbase nofxsr nohalt nohibernate nohlt nohugeiomap nohugevmalloc
nointremap nointroute noinvpcid noiotrap noirqdebug noisapnp nojitter nolapic_timer nomca nomce nomfgpt nonmi_ipi nopat nopcid
nopersistent nopku nopvspin norandmaps noreplace-smp noroot nosbagart nosmap nosmep nospec_store_bypass_disable nospectre_bhb nosync
novmcoredd nowb noxsave noxsaveopt noxsaves nps_mtm_hs_ctr nptcg nr_uarts numa_zonelist_order ohci1394_dma olpc_ec_timeout omap_mux
parport parport_init_mode pause_on_oops pcbit pcie_pme pcie_port_pm pcmv pd_ignore_unused pdcchassis percpu_alloc persistence-label
persistence-media persistence-method persistence-path persistence-read-only persistence-storage pirq plip pm_debug_messages pmtmr
pmu_override pnp_reserve_dma pnp_reserve_io pnp_reserve_irq pnp_reserve_mem pnpacpi pnpbios ports powersave ppc_strict_facility_enable
ppc_tm preseed/file preseed/url print-fatal-signals priority profile prompt_ramdisk prot_virt r128 radix_hcall_invalidate
ramdisk_start ras rcu_nocb_poll rd.minmem rd.noverifyssl rd.overlay rd.plymouth rd.splash rd.veritytab rd.zfcp.conf rd.zipl
rd.znet_ifname rdrand rdt relax_domain_level reservetop retain_initrd rhash_entries ring3mwait rodata s390_iommu s390_iommu_aperture
sa1100ir sched_thermal_decay_shift sched_verbose schedstats serialnumber sev show_lapic showmounts silent simeth simscsi slab_max_order
slab_merge slram slub_max_order slub_merge slub_min_objects slub_min_order slub_nomerge smart2 smt softlockup_all_cpu_backtrace
spectre_bhi spia_fio_base spia_io_base spia_peddr spia_pedr split_lock_detect ssbd stack_depot_disable stack_guard_gap stacktrace
stacktrace_filter sti sti_font stifb stress_slb svm swap switches tcpmhash_entries tdfx test_suspend thash_entries timezone topology
topology_updates tp720 tp_printk tp_printk_stop_on_boot tpm_suspend_pcr trace_clock trace_options traceoff_on_warning tsa tsc_early_khz
udbg-immortal uhash_entries union url user-fullname user_debug userfullname username userpte vdso vdso32 veritytab vmcp_cma vmhalt
vmpanic vmpoff vmscape watchdog watchdog_thresh x2apic_phys xen_512gb_limit xen_legacy_crash xen_msr_safe xen_no_vector_callback
xen_nopvspin xen_scrub_pages xen_timer_slop xirc2ps_cs xive xmon
`

export const DOCUMENTED_NAMES: readonly string[] = NAMES.trim().split(/\s+/)
