#!/usr/bin/env python3
"""A pymodbus server for the tests: prints its port (or the device's name) when it serves, and runs until it is ended.

    modbus_server.py tcp PORT     0: a free one
    modbus_server.py rtu DEVICE   19200 baud, no parity: a pseudo terminal has none

Holding register n holds n, but 100 to 107: the bytes of 123.456 as a float in the orders abcd, cdab, badc, dcba.
Input register n holds 1000 + n; coils and discrete inputs: every third is set, counted from 0 and from 1.
"""
import asyncio
import sys

try:
    from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext, ModbusSlaveContext
    from pymodbus.server.async_io import ModbusSerialServer, ModbusTcpServer
except ImportError as missing:
    print(f"SKIPPED: {missing}", flush=True)
    sys.exit(0)


def context():
    holding = list(range(200))
    holding[100:108] = [0x42F6, 0xE979, 0xE979, 0x42F6, 0xF642, 0x79E9, 0x79E9, 0xF642]
    device = ModbusSlaveContext(
        co=ModbusSequentialDataBlock(0, [n % 3 == 0 for n in range(2100)]),
        di=ModbusSequentialDataBlock(0, [n % 3 == 1 for n in range(2100)]),
        hr=ModbusSequentialDataBlock(0, holding),
        ir=ModbusSequentialDataBlock(0, [1000 + n for n in range(200)]),
        zero_mode=True)
    return ModbusServerContext(slaves={1: device, 7: device}, single=False)


async def main():
    if sys.argv[1] == "rtu":
        server = ModbusSerialServer(context(), port=sys.argv[2], baudrate=19200, bytesize=8, parity="N", stopbits=1,
                                    timeout=1, ignore_missing_slaves=True)
        await server.start()
        print(sys.argv[2], flush=True)
        await server.serve_forever()
        return
    server = ModbusTcpServer(context(), address=("127.0.0.1", int(sys.argv[2])), allow_reuse_address=True,
                             ignore_missing_slaves=True)
    serving = asyncio.ensure_future(server.serve_forever())
    await server.serving
    print(server.server.sockets[0].getsockname()[1], flush=True)
    await serving


asyncio.run(main())
