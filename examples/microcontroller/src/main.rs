//! Says what the walkers' fingerprint is: on a microcontroller through the debugger that it hangs on,
//! elsewhere on a screen.

#![cfg_attr(target_os = "none", no_std, no_main)]

#[cfg(target_os = "none")]
mod microcontroller {
    use core::panic::PanicInfo;

    use cortex_m_rt::entry;
    use cortex_m_semihosting::{debug, hprintln};
    use flockwork_microcontroller::{Memory, run};

    #[entry]
    fn main() -> ! {
        let mut memory = Memory::new();
        match run(&mut memory) {
            Some(fingerprint) => {
                hprintln!("{:016x}", fingerprint);
                debug::exit(debug::EXIT_SUCCESS);
            }
            None => debug::exit(debug::EXIT_FAILURE),
        }
        loop {
            cortex_m::asm::wfi();
        }
    }

    #[panic_handler]
    fn panic(info: &PanicInfo<'_>) -> ! {
        hprintln!("{}", info);
        debug::exit(debug::EXIT_FAILURE);
        loop {
            cortex_m::asm::wfi();
        }
    }
}

#[cfg(not(target_os = "none"))]
fn main() {
    let mut memory = flockwork_microcontroller::Memory::new();
    match flockwork_microcontroller::run(&mut memory) {
        Some(fingerprint) => println!("{fingerprint:016x}"),
        None => std::process::exit(1),
    }
}
