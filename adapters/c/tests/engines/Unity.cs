// What README.md's class uses of Unity, and a program that uses the class: it prints the first places.
using System;
using UnityEngine;

namespace UnityEngine {
    public struct Vector3 { public float x, y, z; }
}

public static class Program {
    public static void Main() {
        IntPtr sim;
        Flockwork.Check(Flockwork.fw_sim_new(
            "model = 'boids'\nentities = 500\ndt = 0.05\n[world]\nwidth = 20\nheight = 10\n", null, 1, out sim));
        Flockwork.Check(Flockwork.fw_sim_step(sim, 3));
        ulong count;
        Flockwork.Check(Flockwork.fw_sim_population(sim, out count));
        var places = new Vector3[count];
        for (int i = 0; i < places.Length; i++) places[i] = new Vector3 { x = -1, y = -1, z = 7 };
        Flockwork.Places(sim, places);
        foreach (var place in places)
            if (place.x < 0 || place.x > 20 || place.y < 0 || place.y > 10 || place.z != 7)
                throw new Exception("a place is not in the world");
        try {
            Flockwork.Check(Flockwork.fw_sim_step(IntPtr.Zero, 1));
            throw new Exception("a simulation that is none was stepped");
        } catch (Exception error) {
            if (!error.Message.Contains("`sim` is NULL")) throw;
        }
        Flockwork.fw_sim_free(sim);
        Console.WriteLine("Unity.cs: all holds");
    }
}
