# prints: ^\[0, 1, 4\] b'hi\\n'$
import asyncio


async def square(n):
    await asyncio.sleep(0.01)
    return n * n


async def main():
    results = await asyncio.gather(*(square(n) for n in range(3)))
    process = await asyncio.create_subprocess_exec("echo", "hi", stdout=asyncio.subprocess.PIPE)
    print(results, (await process.communicate())[0])


asyncio.run(main())
